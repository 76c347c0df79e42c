import { expect, test } from 'vitest'
import { home, type Load, play, withLoad } from './play.ts'

const ONSET = 10
const neighbours: Load[] = [home, home, home]
const HOUR = 3_600_000

test('an alert says which signature its load has, in which part of which night, and what was not measured', () => {
  const [alert] = play({ days: 20, homes: [withLoad(home, 7_500, (day) => day >= ONSET), ...neighbours] })
  const [pump, ...others] = alert.signatures
  expect(others).toEqual([])
  expect(pump).toMatchObject({
    template: 'round-the-clock-pump',
    name: { en: 'round-the-clock pump' },
    version: 1,
    set: 1,
    nights: 0,
  })
  expect(pump.possibleNights).toBeGreaterThanOrEqual(8)
  expect(pump.best.score[0]).toBeLessThan(0.5)
  expect(pump.best.score[1]).toBe(1)
  expect(pump.best.features.find(({ feature }) => feature === 'powerFactor')).toEqual({
    feature: 'powerFactor',
    verdict: 'unknown',
    measured: null,
    wanted: [0.75, 0.87],
  })
})

test('a mill at night is matched from its start to its stop, the host’s evening left out', () => {
  const [alert] = play({
    days: 20,
    homes: [withLoad(home, 22_000, (day, hour) => day >= ONSET && hour >= 8 && hour < 17), ...neighbours],
  })
  const mill = alert.signatures.find(({ template }) => template === 'mill-block')
  if (mill === undefined) throw new Error('no mill')
  expect(mill.spans.length).toBe(mill.possibleNights)
  for (const { from, to } of mill.spans) {
    expect(new Date(from).toISOString()).toMatch(/T12:00:00/)
    expect(Date.parse(to) - Date.parse(from)).toBe(9 * HOUR)
  }
})

test('tanks that are started one by one past the meters leave a staircase in the remainder of the area', () => {
  const tanks: Load = (day, hour) => (day < ONSET ? 0 : 4_000 * Math.max(0, Math.min(4, Math.floor((hour - 2) / 1.5))))
  const [alert] = play({ days: 20, homes: neighbours, tap: tanks })
  const [stair] = alert.signatures.filter(({ template }) => template === 'agitator-staircase')
  expect(alert.subject.kind).toBe('area')
  expect(stair?.best.features.find(({ feature }) => feature === 'stairs')).toMatchObject({ verdict: 'agrees', measured: [4, 4] })
})
