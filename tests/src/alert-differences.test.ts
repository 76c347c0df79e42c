import { expect, test } from 'vitest'
import { dayClock } from '../../detectors/day-clock.ts'
import type { Alert } from '../../model/alert.ts'
import { alertDifferences } from '../../src/alert-differences.ts'
import { inspectionLoad } from '../../src/inspection-load.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'

const always = () => true
const changes = (before: Alert[], after: Alert[], inPeriod: (alert: Alert) => boolean = always) =>
  alertDifferences(before, after, inPeriod).map(({ change, a, b }) => `${change} ${(a ?? b).id}`)
const alert = (id: string, day: number, more: Partial<Alert> = {}): Alert => {
  const at = `2026-07-${String(day).padStart(2, '0')}T04:00:00Z`
  return {
    ...sampleAlert(id),
    subject: { kind: 'usage-point', id: 'P1' },
    onset: at,
    raisedAt: at,
    clearedAt: null,
    probability: 0.6,
    ...more,
  }
}

test('an alert of one subject and route that is raised later is moved, by so many days, whatever its id', () => {
  expect(alertDifferences([alert('x', 3)], [alert('y', 5, { probability: 0.5 })], always)).toMatchObject([
    { change: 'moved', a: { id: 'x' }, b: { id: 'y' }, laterDays: 2, probabilityChange: expect.closeTo(-0.1) },
  ])
})

test('another subject, another route, or a time that does not overlap is another alert', () => {
  expect(changes([alert('x', 3)], [alert('y', 3, { subject: { kind: 'area', id: 'T9' } })])).toEqual(['lost x', 'gained y'])
  expect(changes([alert('x', 3)], [alert('y', 3, { route: 'smelting' })])).toEqual(['lost x', 'gained y'])
  const over = alert('x', 3, { clearedAt: '2026-07-04T04:00:00Z' })
  expect(changes([over], [alert('y', 5)])).toEqual(['lost x', 'gained y'])
  expect(changes([alert('x', 3, { clearedAt: '2026-07-05T05:00:00Z' })], [alert('y', 5)])).toEqual(['moved x'])
})

test('a probability tells from a tenth on, and an alert pairs with its own id before another that overlaps', () => {
  expect(changes([alert('x', 3)], [alert('x', 3, { probability: 0.69 })])).toEqual([])
  expect(changes([alert('x', 3)], [alert('x', 3, { probability: 0.7 })])).toEqual(['moved x'])
  expect(changes([alert('x', 3)], [alert('w', 4), alert('x', 3)])).toEqual(['gained w'])
})

test('what was raised before the period is no difference, unless the other raises it within', () => {
  const since = ({ raisedAt }: Alert) => raisedAt >= '2026-07-10'
  expect(changes([alert('x', 3)], [], since)).toEqual([])
  expect(changes([alert('x', 3)], [alert('y', 12)], since)).toEqual(['moved x'])
})

test('listed alerts are counted by local week from Monday, weeks without any included', () => {
  const clock = dayClock('Asia/Shanghai')
  const seconds = (text: string) => Date.parse(text) / 1000
  const at = (raisedAt: string, rank: number | null = 1) => ({ ...alert('x', 1), raisedAt, rank })
  // 2026-07-06 is a Monday; it begins at 16:00Z of the Sunday
  const alerts = [
    at('2026-07-05T15:59:00Z'),
    at('2026-07-05T16:00:00Z'),
    at('2026-07-08T00:00:00Z'),
    at('2026-07-09T00:00:00Z', null),
  ]
  const load = inspectionLoad(alerts, clock, seconds('2026-06-29T00:00:00+08:00'), seconds('2026-07-20T00:00:00+08:00'))
  expect(load).toEqual({ weeks: 3, medianListed: 1, mostListed: 2 })
})
