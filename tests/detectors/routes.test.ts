import { expect, test } from 'vitest'
import { hamlet } from './county.ts'
import { daysToKnow, home, type Load, play, withLoad } from './play.ts'

const ONSET = 10
const neighbours: Load[] = [home, home, home]

test('homes that live as they always did raise nothing in a month', () => {
  expect(play({ days: 30, homes: [home, ...neighbours] })).toEqual([])
})

test('a pump that runs round the clock at a home is alerted as metered within five days', () => {
  const [alert, ...more] = play({ days: 20, homes: [withLoad(home, 7_500, (day) => day >= ONSET), ...neighbours] })
  expect(more).toEqual([])
  expect(alert).toMatchObject({ route: 'metered', subject: { kind: 'usage-point', id: 'U0' }, clearedAt: null })
  expect(daysToKnow(alert, ONSET)).toBeLessThanOrEqual(5)
  expect(Math.abs(alert.powerW - 7_500)).toBeLessThan(600)
  expect(alert.mines[0]).toMatchObject({ mine: 'M1', withinReach: true })
  expect(alert.reasons.every(({ sentence }) => sentence.zh !== '' && sentence.en !== '')).toBe(true)
})

test('a mill that runs from eight in the evening to five is alerted as a night mill within ten days', () => {
  const mill = withLoad(home, 22_000, (day, hour) => day >= ONSET && hour >= 8 && hour < 17)
  const [alert] = play({ days: 25, homes: [mill, ...neighbours] })
  expect(alert).toMatchObject({ route: 'night-mill', subject: { id: 'U0' } })
  expect(daysToKnow(alert, ONSET)).toBeLessThanOrEqual(10)
})

test('an evening furnace every other day is alerted as smelting within thirty days', () => {
  const furnace = withLoad(home, 18_000, (day, hour) => day >= ONSET && day % 2 === 0 && hour >= 8 && hour < 10)
  const [alert] = play({ days: 40, homes: [furnace, ...neighbours] })
  expect(alert).toMatchObject({ route: 'smelting', subject: { id: 'U0' } })
  expect(daysToKnow(alert, ONSET)).toBeLessThanOrEqual(30)
})

test('one wedding of three evenings is no smelting', () => {
  const wedding = withLoad(home, 9_000, (day, hour) => day >= ONSET && day < ONSET + 3 && hour >= 5 && hour < 8)
  expect(play({ days: 30, homes: [wedding, ...neighbours] })).toEqual([])
})

test('a suspended account that draws is alerted within the first hour, before its day is over', () => {
  const revived: Load = (day, hour) => (day > ONSET || (day === ONSET && hour >= 3) ? 4_000 : 0)
  const [alert] = play({ days: ONSET + 1, homes: [...neighbours, revived], suspended: true })
  expect(alert).toMatchObject({ route: 'revived', subject: { id: 'U3' } })
  expect(daysToKnow(alert, ONSET + 3 / 24)).toBeLessThanOrEqual(1 / 24)
})

test('a meter that creeps and a lamp on a closed account are not a mine come back to life', () => {
  expect(play({ days: 20, homes: [...neighbours, () => 45], suspended: true })).toEqual([])
})

test('a pump hooked past the meters is alerted at its area within seven days', () => {
  const [alert] = play({ days: 20, homes: neighbours, tap: (day) => (day >= ONSET ? 5_500 : 0) })
  expect(alert).toMatchObject({ route: 'tapped', subject: { kind: 'area', id: 'T1' } })
  expect(daysToKnow(alert, ONSET)).toBeLessThanOrEqual(7)
})

test('what passes the meters of an area from its second day on is not compared with a single day', () => {
  expect(play({ days: 9, homes: neighbours, tap: (day) => (day >= 1 ? 2_600 : 0) })).toEqual([])
})

test('an area of which one meter is silent is not judged: neither an alarm nor an all-clear', () => {
  const mute: Load = (day, hour, slot) =>
    day >= 8 && day < 16 ? null : withLoad(home, 6_000, (_d, h) => h < 24)(day, hour, slot)
  expect(play({ days: 16, homes: [mute, ...neighbours] })).toEqual([])
})

test('a pump out of reach of every mine is no alert', () => {
  const far = hamlet(4, false, [])
  expect(play({ days: 20, ledger: far, homes: [withLoad(home, 7_500, (day) => day >= ONSET), ...neighbours] })).toEqual([])
})

test('a load that stops clears its alert from the day on which it stopped', () => {
  const [alert] = play({ days: 30, homes: [withLoad(home, 7_500, (day) => day >= ONSET && day < 20), ...neighbours] })
  expect(alert.clearedAt).not.toBeNull()
  expect(alert.history.at(-1)?.change).toBe('cleared')
  expect(alert.energyWh).toBeGreaterThan(0.9 * 7_500 * 24 * 10)
})

test('the gap of a lost day neither makes nor clears an alert', () => {
  const gap: Load = (day, hour, slot) =>
    day >= 14 && day < 16 ? null : withLoad(home, 7_500, (d) => d >= ONSET)(day, hour, slot)
  const [alert, ...more] = play({ days: 22, homes: [gap, ...neighbours] })
  expect(more).toEqual([])
  expect(alert).toMatchObject({ route: 'metered', clearedAt: null })
})

test('a meter that suddenly counts ten times as much is a matter of data, not of theft', () => {
  const works: Load = (_day, hour, slot) =>
    600 + (hour >= 18 && hour < 23 ? 1_500 + 300 * Math.sin(slot) : 0) + 80 * Math.sin(slot * 1.3)
  const multiplied: Load = (day, hour, slot) => (works(day, hour, slot) ?? 0) * (day >= ONSET ? 10 : 1)
  expect(play({ days: 25, homes: [multiplied, ...neighbours] })).toEqual([])
})
