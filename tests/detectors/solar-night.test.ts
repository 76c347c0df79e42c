import { expect, test } from 'vitest'
import { dayClock, dayOf, slotOf, slotStart } from '../../detectors/day-clock.ts'
import { midnightSlot, nightOf } from '../../detectors/solar-night.ts'

const shanghai = dayClock('Asia/Shanghai')

/** Minutes of Beijing time at which a slot begins. */
function minutesOf(slot: number): number {
  return (12 * 60 + slot * 15) % 1440
}

test('in Dehong December darkness lasts from a quarter to seven until eight in the morning, Beijing time', () => {
  const night = nightOf(shanghai, dayOf(shanghai, Date.parse('2026-12-21T16:00:00Z') / 1000), 24.4, 98.6)
  // sunset 18:43, sunrise 08:06: whole dark slots only
  expect(minutesOf(night.from)).toBe(18 * 60 + 45)
  expect(minutesOf(night.to)).toBe(8 * 60)
})

test('in June it is dark from 20:17 to 06:38', () => {
  const night = nightOf(shanghai, dayOf(shanghai, Date.parse('2026-06-21T16:00:00Z') / 1000), 24.4, 98.6)
  expect(minutesOf(night.from)).toBe(20 * 60 + 30)
  expect(minutesOf(night.to)).toBe(6 * 60 + 30)
})

test('solar midnight in Dehong is near half past one, not midnight', () => {
  expect(minutesOf(midnightSlot(shanghai, 98.6))).toBe(90)
})

test('beyond the polar circle there is no night in June and no day in December', () => {
  const oslo = dayClock('Europe/Oslo')
  const june = nightOf(oslo, dayOf(oslo, Date.parse('2026-06-21T22:00:00Z') / 1000), 78, 15)
  const december = nightOf(oslo, dayOf(oslo, Date.parse('2026-12-21T22:00:00Z') / 1000), 78, 15)
  expect(june.from).toBe(june.to)
  expect(december).toEqual({ from: 0, to: 96 })
})

test('a day runs from noon to noon and has 96 slots, also when clocks change', () => {
  const newYork = dayClock('America/New_York')
  const change = Date.parse('2026-03-08T07:00:00Z') / 1000
  const day = dayOf(newYork, change)
  expect(slotStart(newYork, day + 1, 0) - slotStart(newYork, day, 0)).toBe(86_400)
  for (let slot = 0; slot < 96; slot++) {
    const at = slotStart(newYork, day, slot)
    expect([dayOf(newYork, at), slotOf(newYork, at)]).toEqual([day, slot])
  }
})
