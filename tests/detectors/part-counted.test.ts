import { expect, test } from 'vitest'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import type { Alert } from '../../model/alert.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { bankOf, batchOf, FIRST_NOON, hamlet } from './county.ts'
import { hostOf } from './hosts.ts'
import { type Load, quarters } from './play.ts'
import { counting, event, household, uncounted, workshop } from './tampering.ts'

const FROM = 12
const shop = workshop(0)
const neighbours = [1, 2, 3, 4, 5, 6].map(household)
const ledger = hamlet(1 + neighbours.length)
const sum =
  (...loads: readonly Load[]): Load =>
  (day, hour, slot) =>
    loads.reduce((watts, load) => watts + (load(day, hour, slot) ?? 0), 0)
const tapFrom =
  (from: number, watts: number): Load =>
  (day, _hour, slot) =>
    day >= from ? watts * (1 + 0.01 * Math.sin(slot)) : 0

/** Fills and stops by the hour, so that only the mean of the day shows it. */
const fillingFrom =
  (from: number, watts: number): Load =>
  (day, hour) =>
    day >= from && Math.floor(hour) % 2 === 0 ? watts : 0

/** The alerts at the area whose first customer counts a share of its load from day `FROM` on. */
function atArea(
  share: number,
  { host = shop, days = 30, tap = () => 0 }: { host?: Load; days?: number; tap?: Load } = {},
): Alert[] {
  const bank = bankOf(ledger)
  const homes = [counting(share, FROM, host), ...neighbours]
  for (const readings of quarters(days, homes, sum(uncounted(share, FROM, host), tap))) {
    bank.take(batchOf(readings))
    bank.judge()
  }
  return bank.alerts()
}

test.each([0.5, 0.1, 1 / 3, 0.25, 0.05, 0.001])('a member that counts %f of its load from some day on is no tap', (share) => {
  expect(atArea(share)).toEqual([])
  expect(atArea(share, { host: hostOf('works', 0), days: 40 })).toEqual([])
})

test('the month in which a meter counted ten times too much is over: what it no longer counts was never drawn', () => {
  const bank = bankOf(ledger)
  for (const readings of quarters(75, [shop, ...neighbours])) {
    const day = (readings[0].start - FIRST_NOON) / 86_400
    const wrong = day >= 15 && day < 48
    bank.take(batchOf(readings.map((one) => (wrong && one.row === 0 ? { ...one, energyWh: 10 * one.energyWh } : one))))
    expect(bank.judge().filter(({ subject }) => subject.kind === 'area')).toEqual([])
  }
})

test.each([
  ['with it', FROM, 5_500],
  ['a day later', FROM + 1, 5_500],
  ['weeks later', FROM + 14, 4_000],
])('a tap beside such a member that begins %s is found within five days', (_when, from, watts) => {
  for (const share of [0.5, 0.1]) {
    const alerts = atArea(share, { days: 36, tap: fillingFrom(from, 2 * watts) })
    const area = alerts.find(({ subject, clearedAt }) => subject.kind === 'area' && clearedAt === null)
    expect(area?.probability).toBeGreaterThan(0.5)
    expect((Date.parse(area?.raisedAt ?? '') / 1000 - FIRST_NOON) / 86_400 - from).toBeLessThanOrEqual(5)
    expect(area?.innocent?.kind).not.toBe('member-counts-part')
  }
})

test('where the line is low enough to show it, the alert says which member counts what part since when', () => {
  const bank = bankOf(ledger, DetectorsConfig.parse({ raiseAt: 0.01 }))
  for (const readings of quarters(28, [counting(0.1, FROM, shop), ...neighbours], uncounted(0.1, FROM, shop))) {
    bank.take(batchOf(readings))
    bank.judge()
  }
  const alert = bank.alerts().find(({ subject }) => subject.kind === 'area')
  expect(alert?.innocent).toMatchObject({ kind: 'member-counts-part', likelihood: 0.9 })
  expect(alert?.innocent?.sentence.en).toContain('U0 counts 1/10')
  expect(alert?.innocent?.sentence.zh).toContain('3月14日')
  expect(alert?.logOdds).toBeLessThan(-2)
  expect(alert?.reasons.map(({ detector }) => detector)).not.toContain('unmetered')
})

test('somebody who was at a meter of the area is no multiplier, unless it counts less than any tampering leaves', () => {
  const raised = (share: number) => {
    const bank = bankOf(ledger)
    bank.takeEvents([event(0, FROM - 1, 23, 'terminal-cover-opened')])
    for (const readings of quarters(24, [counting(share, FROM, shop), ...neighbours], uncounted(share, FROM, shop))) {
      bank.take(batchOf(readings))
      bank.judge()
    }
    return bank.alerts().flatMap(({ subject, clearedAt }) => (clearedAt === null ? [subject.kind] : []))
  }
  expect(raised(0.5)).toContain('area')
  expect(raised(0.1)).toEqual([])
})

test('a season that ends at a works while somebody else begins to tap as much is no multiplier: the remainder has not its shape', () => {
  const bank = bankOf(ledger)
  const works = hostOf('works', 0)
  const fallen: Load = (day, hour, slot) => (day >= FROM ? 0.5 : 1) * (works(day, hour, slot) ?? 0)
  for (const readings of quarters(26, [fallen, ...neighbours], fillingFrom(FROM, 4_800))) {
    bank.take(batchOf(readings))
    bank.judge()
  }
  expect(bank.alerts().map(({ subject, route }) => `${subject.kind} ${route}`)).toEqual(['area tapped'])
})

test('which member counts a part is in the snapshot', () => {
  const history = [
    ...quarters(30, [counting(0.1, FROM, shop), ...neighbours], sum(uncounted(0.1, FROM, shop), tapFrom(24, 5_000))),
  ]
  const feed = (bank: ReturnType<typeof bankOf>, some: typeof history) => {
    for (const readings of some) {
      bank.take(batchOf(readings))
      bank.judge()
    }
    return bank
  }
  const whole = JSON.stringify(feed(bankOf(ledger), history).alerts())
  const first = feed(bankOf(ledger), history.slice(0, 20 * 96 + 30))
  const parts = first.snapshot()
  const second = bankOf(ledger)
  second.restore((name) => {
    const part = parts.get(name)
    return part === undefined ? undefined : bytesOf(part).slice()
  })
  expect(JSON.stringify(feed(second, history.slice(20 * 96 + 30)).alerts())).toBe(whole)
  expect(JSON.parse(whole)).not.toEqual([])
})
