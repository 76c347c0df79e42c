import { expect, test } from 'vitest'
import { averagePrecision, judge, precisionAt50 } from '../../bench/quality/score.ts'
import type { ScoredAlert, WorldTruth } from '../../bench/quality/truth.ts'

const TRUTH: WorldTruth = {
  seed: 's',
  start: '2026-07-01T00:00:00Z',
  days: 60,
  seconds: 900,
  sites: [
    site('usage-point', 'U1', 'metered', '2026-07-20T00:00:00Z'),
    { ...site('area', 'T1', 'tapped', '2026-07-22T00:00:00Z'), site: 2 },
  ],
  points: [
    { id: 'U1', class: 'home', kind: 'home', lookAlike: false, starts: null, mineMeters: 500 },
    { id: 'U2', class: 'industry', kind: 'kiln', lookAlike: true, starts: null, mineMeters: 900 },
  ],
  areas: [{ id: 'T1', mineMeters: 700, totalMeter: true }],
  defects: [],
}

function site(kind: 'usage-point' | 'area', id: string, route: string, onset: string): WorldTruth['sites'][number] {
  return { site: 1, kind, id, route, scenario: 'x', knob: 'none', onset, stop: '2026-08-30T00:00:00Z', kw: 8, area: 'T1' }
}

function alert(
  kind: 'usage-point' | 'area',
  id: string,
  raisedAt: string,
  probability: number,
  rank: number | null,
): ScoredAlert {
  return { subject: { kind, id }, route: 'metered', raisedAt, clearedAt: null, probability, rank }
}

test('an alert before the work began is false, one after it is right and dates the delay', () => {
  const verdict = judge(TRUTH, [
    alert('usage-point', 'U1', '2026-07-10T00:00:00Z', 0.9, 1),
    alert('usage-point', 'U1', '2026-07-22T12:00:00Z', 0.8, 1),
  ])
  expect(verdict.alerts.map((one) => one.right)).toEqual([false, true])
  expect(verdict.sites.map(({ delay }) => delay)).toEqual([2.5, undefined])
})

test('an alert is right about all that take power at its subject and had begun', () => {
  const tampered = { ...site('usage-point', 'U9', 'tampered', '2026-07-21T00:00:00Z'), site: 3 }
  const { sites } = judge({ ...TRUTH, sites: [tampered, ...TRUTH.sites.slice(1)] }, [
    alert('area', 'T1', '2026-07-24T00:00:00Z', 0.9, 1),
  ])
  expect(sites.map(({ delay }) => delay)).toEqual([3, 2])
})

test('a tap in an area that no meter counts is blind, not missed', () => {
  const { sites, blind } = judge({ ...TRUTH, areas: [{ id: 'T1', mineMeters: 700, totalMeter: false }] }, [])
  expect(sites.map(({ site: { route } }) => route)).toEqual(['metered'])
  expect(blind).toBe(1)
})

test.each([
  ['2026-07-31T00:00:00Z', 1],
  ['2026-07-01T00:00:00Z', 0],
])('where all meters report from %s on, taps that began before are blind', (completeFrom, blind) => {
  const areas = [{ id: 'T1', mineMeters: 700, totalMeter: true, completeFrom }]
  expect(judge({ ...TRUTH, areas }, []).blind).toBe(blind)
})

test('a tap that begins while the area stands on the list for a tampered meter is there from its beginning; once cleared, it is not', () => {
  const tampered = { ...site('usage-point', 'U9', 'tampered', '2026-07-05T00:00:00Z'), site: 3 }
  const found = (clearedAt: string | null) => {
    const stands = { ...alert('area', 'T1', '2026-07-08T00:00:00Z', 0.9, 1), clearedAt }
    const verdict = judge({ ...TRUTH, sites: [tampered, ...TRUTH.sites.slice(1)] }, [stands])
    return { delay: verdict.sites[1]?.delay, average: averagePrecision(verdict) }
  }
  expect(found(null)).toEqual({ delay: 0, average: 1 })
  expect(found('2026-07-20T00:00:00Z')).toEqual({ delay: undefined, average: 0.5 })
})

test('an alert of its own on a tap that was not to be found adds nothing to the average precision', () => {
  const tampered = { ...site('usage-point', 'U9', 'tampered', '2026-07-05T00:00:00Z'), site: 3 }
  const stands = alert('area', 'T1', '2026-07-08T00:00:00Z', 0.9, 1)
  const again = alert('area', 'T1', '2026-07-26T00:00:00Z', 0.8, 2)
  const truth = { ...TRUTH, sites: [tampered, ...TRUTH.sites.slice(1)] }
  expect(averagePrecision(judge(truth, [stands, again]))).toBe(1)
})

test('a perfect list has average precision one, a missed site costs its share, a false alert above costs half', () => {
  const u1 = alert('usage-point', 'U1', '2026-07-22T12:00:00Z', 0.8, 1)
  const t1 = alert('area', 'T1', '2026-07-25T12:00:00Z', 0.7, 2)
  const kiln = alert('usage-point', 'U2', '2026-07-25T12:00:00Z', 0.9, 1)
  expect(averagePrecision(judge(TRUTH, [u1, t1]))).toBe(1)
  expect(averagePrecision(judge(TRUTH, [u1]))).toBe(0.5)
  expect(averagePrecision(judge(TRUTH, [kiln, u1]))).toBe(0.25)
})

test('only what was listed counts in the precision of the weekly fifty', () => {
  const verdict = judge(TRUTH, [
    alert('usage-point', 'U1', '2026-07-22T12:00:00Z', 0.8, 1),
    alert('usage-point', 'U2', '2026-07-23T12:00:00Z', 0.4, null),
  ])
  expect(precisionAt50(verdict)).toEqual({ right: 1, listed: 1 })
})
