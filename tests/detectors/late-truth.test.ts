import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeAgain } from '../../detectors/judge-again.ts'
import { Random } from '../../fixtures/simulator/random.ts'
import type { Alert } from '../../model/alert.ts'
import { type Ledger, NO_AREA } from '../../model/ledger.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { bankOf, FIRST_NOON, hamlet, type Reading, verdictsOf } from './county.ts'
import { home, type Load, quarters, withLoad } from './play.ts'
import { StoredBank } from './stored-bank.ts'
import { cutAnywhere, intervals } from './streams.ts'

const HOMES = 5
const DAYS = 24
/** A hamlet, and the same with its second meter in no area. */
const LEDGERS = [hamlet(HOMES, true), hamlet(HOMES, true)]
LEDGERS[1].usagePoints.area[1] = NO_AREA

/** What happens to one meter, and which of its days come late. */
const fate = fc.record({
  kind: fc.constantFrom('quiet', 'quiet', 'pump', 'mill', 'furnace'),
  fromDay: fc.integer({ min: 6, max: 16 }),
  days: fc.integer({ min: 1, max: 20 }),
  powerW: fc.integer({ min: 4_000, max: 25_000 }),
  withheld: fc.array(fc.tuple(fc.integer({ min: 0, max: DAYS - 2 }), fc.integer({ min: 1, max: 6 })), { maxLength: 2 }),
  corrected: fc.array(
    fc.tuple(fc.integer({ min: 0, max: DAYS - 2 }), fc.constantFrom(ReadingQuality.edited, ReadingQuality.validated)),
    { maxLength: 2 },
  ),
  estimated: fc.option(fc.integer({ min: 6, max: DAYS - 3 }), { nil: null }),
})
const history = fc.record({
  fates: fc.array(fate, { minLength: HOMES + 1, maxLength: HOMES + 1 }),
  tapW: fc.constantFrom(0, 0, 5_000, 9_000),
  ledger: fc.constantFrom(...LEDGERS),
  seed: fc.integer(),
})
type Drawn = typeof history extends fc.Arbitrary<infer T> ? T : never

test('whatever came late, in whatever order and batches and however often, leaves what a fresh run over all of it leaves', async () => {
  let changedByLateness = 0
  await fc.assert(
    fc.asyncProperty(history, async (drawn) => {
      const { inTime, late } = told(drawn)
      const fresh = new StoredBank(drawn.ledger)
      for (const readings of intervals([...inTime, ...late].sort((a, b) => a.start - b.start))) fresh.take(readings)
      const live = new StoredBank(drawn.ledger)
      for (const readings of intervals(inTime)) live.take(readings)
      const before = live.alerts()
      const random = new Random(String(drawn.seed))
      for (const readings of inDisorder(late, random)) {
        live.take(readings)
        if (random.chance(0.2)) await live.judgeAgain()
        if (random.chance(0.1)) live.save()
        if (random.chance(0.05)) await live.crash(random)
      }
      await live.judgeAgain()
      if (JSON.stringify(before) !== JSON.stringify(fresh.alerts())) changedByLateness++
      expect(live.alerts()).toEqual(fresh.alerts())
      expect(live.standing()).toEqual(fresh.standing())
    }),
    { numRuns: 24 },
  )
  // the property would be empty if lateness changed nothing
  expect(changedByLateness).toBeGreaterThan(6)
})

test('after a judging again the days that follow are judged as in a fresh run', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 8, max: DAYS - 2 }), async (drawn, day) => {
      const { inTime, late } = told(drawn)
      const at = FIRST_NOON + day * 86_400 + 7_200
      const live = new StoredBank(drawn.ledger)
      for (const readings of intervals(inTime)) {
        if (readings[0].start === at) {
          live.take(late.filter(({ start }) => start < at - 2 * 86_400))
          await live.judgeAgain()
        }
        live.take(readings)
      }
      live.take(late)
      await live.judgeAgain()
      expect(live.alerts()).toEqual(freshRun(drawn.ledger, [...inTime, ...late]))
    }),
    { numRuns: 16 },
  )
})

test('readings that are sent again days later change no alert and are no news', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (drawn) => {
      const { inTime } = told(drawn)
      const live = new StoredBank(drawn.ledger)
      for (const readings of intervals(inTime)) live.take(readings)
      const before = live.alerts()
      live.take(inTime.filter(({ start }) => start < FIRST_NOON + 20 * 86_400))
      expect(live.bank.late.keys.size).toBeGreaterThan(0)
      expect(await live.judgeAgain()).toEqual([])
      expect(live.alerts()).toEqual(before)
    }),
    { numRuns: 8 },
  )
})

test('days of one meter that a gateway sends in their order, after the rest of its area went on, are late for the area', async () => {
  const fates = Array.from({ length: HOMES + 1 }, (): Drawn['fates'][number] => ({
    ...{ kind: 'quiet', fromDay: 0, days: 0, powerW: 0, withheld: [], corrected: [], estimated: null },
  }))
  fates[1] = { ...fates[1], kind: 'pump', fromDay: 8, days: 20, powerW: 6_000 }
  const { inTime } = told({ fates, tapW: 9_000, ledger: LEDGERS[0], seed: 1 })
  const isOut = ({ row, start }: Reading) => row === 1 && start >= FIRST_NOON + 7 * 86_400
  const live = new StoredBank(LEDGERS[0])
  for (const readings of intervals(inTime.filter((reading) => !isOut(reading)))) live.take(readings)
  for (const readings of intervals(inTime.filter(isOut))) live.take(readings)
  const fresh = freshRun(LEDGERS[0], inTime)
  expect(live.alerts()).not.toEqual(fresh)
  await live.judgeAgain()
  expect(live.alerts()).toEqual(fresh)
  expect(new Set(live.alerts().map(({ subject }) => subject.id))).toEqual(new Set(['U1', 'T1']))
})

test.each([
  ['at once, with a store that is ahead', 0],
  ['after the journal was read again', 1],
])('killed after a checkpoint and before the late readings were judged, they are judged %s', async (_, chance) => {
  const readings = [...quarters(24, [withLoad(home, 9_000, (day) => day >= 8 && day < 18), home, home])].flat()
  const at = (day: number) => FIRST_NOON + day * 86_400
  const isLate = ({ row, start }: Reading) => row === 0 && start >= at(9) && start < at(12)
  // another gateway is behind: its meter's newest day is not that of the area
  const isBehind = ({ row, start }: Reading) => chance === 0 && row === 2 && start >= at(12) && start < at(16)
  const ledger = hamlet(3)
  const live = new StoredBank(ledger)
  const before = readings.filter((one) => !isLate(one) && !isBehind(one) && one.start < at(16))
  for (const batch of intervals(before)) live.take(batch)
  live.take(readings.filter(isLate))
  live.save()
  for (const batch of intervals(readings.filter(isBehind))) live.take(batch)
  for (const batch of intervals(readings.filter(({ start }) => start >= at(16)))) live.take(batch)
  await live.crash({ chance: (probability) => chance < probability })
  await live.judgeAgain()
  expect(live.alerts()).toEqual(freshRun(ledger, readings))
  const inTime = readings.filter((one) => !isLate(one))
  expect(live.alerts()).not.toEqual(freshRun(ledger, inTime))
})

test('a cause says how many readings of whom and of which days came late, the newest reading says when that was known', async () => {
  const live = new StoredBank(LEDGERS[0])
  const quarter = (row: number, slot: number): Reading => ({
    ...{ row, start: FIRST_NOON + slot * 900, energyWh: 30, quality: ReadingQuality.valid },
  })
  for (let slot = 0; slot < 96 * 6; slot++) {
    live.take([0, 1, 2, 3, 4, 5].filter((row) => row !== 2 || slot > 200 || slot < 190).map((row) => quarter(row, slot)))
  }
  live.take(Array.from({ length: 11 }, (_, index) => quarter(2, 190 + index)))
  const [key] = live.bank.late.keys
  const again = await judgeAgain(live.bank, key, live.stored)
  expect(again?.cause.en).toBe('Judged again: 11 late or corrected readings on 2026-03-04 came, of U2.')
  expect(again?.cause.zh).toContain('2026-03-04 的补传或更正读数 11 条(用电点 U2)')
  expect(again?.at).toBe('2026-03-08T04:00:00Z')
  expect(live.bank.late.keys.size).toBe(0)
})

test('what the store does not hold is not judged again: the verdicts stay', async () => {
  const { inTime } = told(fc.sample(history, { numRuns: 1, seed: 3 })[0])
  const live = new StoredBank(LEDGERS[0])
  for (const readings of intervals(inTime)) live.take(readings)
  const before = live.alerts()
  live.take(inTime.slice(0, 50))
  const [key] = live.bank.late.keys
  expect(await judgeAgain(live.bank, key, async function* () {})).toBeNull()
  expect(live.alerts()).toEqual(before)
  expect(live.bank.late.keys.size).toBe(0)
})

test('where the store begins later than what was judged, what was over by then stays, and no old account counts as new', async () => {
  const days = 90
  const load = withLoad(home, 9_000, (day) => (day >= 8 && day < 14) || (day >= 76 && day < 80))
  const restless: Load = (_day, _hour, slot) => 5_000 * (0.8 + (0.4 * ((slot * slot * 7_919) % 9_973)) / 9_973)
  const readings = [...quarters(days, [load, restless, home])].flat()
  const isLate = ({ row, start }: Reading) => row === 0 && start >= FIRST_NOON + 76 * 86_400 && start < FIRST_NOON + 80 * 86_400
  const ledger = hamlet(3)
  const live = new StoredBank(ledger)
  for (const batch of intervals(readings.filter((reading) => !isLate(reading)))) live.take(batch)
  const [first] = live.alerts()
  expect(first).toMatchObject({ subject: { id: 'U0' }, clearedAt: '2026-03-16T04:00:00Z' })
  for (const batch of intervals(readings.filter(isLate))) live.take(batch)
  live.forget(FIRST_NOON + 40 * 86_400)
  const news = await live.judgeAgain()
  const fresh = freshRun(ledger, readings)
  expect(news.map(({ subject, onset }) => `${subject.id} ${onset}`)).toContain('U0 2026-05-17T04:00:00Z')
  for (const alert of news) expect(fresh).toContainEqual(alert)
  expect(news.map(({ id }) => id)).not.toContain(first.id)
})

test('an open alert that began before the store does is not taken back', async () => {
  const readings = [...quarters(60, [withLoad(home, 9_000, (day) => day >= 20), home, home])].flat()
  const live = new StoredBank(hamlet(3))
  for (const batch of intervals(readings)) live.take(batch)
  const before = live.alerts()
  expect(before).toMatchObject([{ subject: { id: 'U0' }, clearedAt: null }])
  live.forget(FIRST_NOON + 40 * 86_400)
  live.take(readings.filter(({ start }) => start >= FIRST_NOON + 50 * 86_400 && start < FIRST_NOON + 51 * 86_400))
  expect(await live.judgeAgain()).toEqual([])
  expect(live.alerts()).toEqual(before)
})

function freshRun(ledger: Ledger, readings: readonly Reading[]): Alert[] {
  return verdictsOf(bankOf(ledger), intervals([...readings].sort((a, b) => a.start - b.start)))
}

/** The readings that come in their time, and those that come when everything else is there. The newest day is never late. */
function told({ fates, tapW }: Drawn): { inTime: Reading[]; late: Reading[] } {
  const inTime: Reading[] = []
  const late: Reading[] = []
  for (let slot = 0; slot < DAYS * 96; slot++) {
    const day = Math.floor(slot / 96)
    const hour = (slot % 96) / 4
    const start = FIRST_NOON + slot * 900
    let supplyW = day >= 12 ? tapW + 150 : 150
    fates.forEach((fated, row) => {
      const watts = row === HOMES ? supplyW : (loadOf(fated, row === HOMES - 1)(day, hour, slot) ?? 0)
      supplyW += 1.02 * watts
      const reading = { row, start, energyWh: watts / 4, quality: ReadingQuality.valid }
      const isWithheld = fated.withheld.some(([from, days]) => day >= from && day < from + days && day < DAYS - 1)
      const isEstimated = fated.estimated === day
      const corrected = fated.corrected.find(([on]) => on === day)
      if (isEstimated) inTime.push({ ...reading, energyWh: 30, quality: ReadingQuality.estimatedReferenceDay })
      if (isWithheld || isEstimated) late.push(reading)
      else inTime.push(reading)
      if (corrected !== undefined) late.push({ ...reading, energyWh: reading.energyWh / 3, quality: corrected[1] })
    })
  }
  return { inTime, late }
}

function loadOf({ kind, fromDay, days, powerW }: Drawn['fates'][number], suspended: boolean): Load {
  const host: Load = suspended ? () => 0 : home
  return withLoad(host, powerW, (day, hour) => {
    if (kind === 'quiet' || day < fromDay || day >= fromDay + days) return false
    return kind === 'pump' || (kind === 'mill' ? hour >= 9 && hour < 17 : hour >= 7 && hour < 9)
  })
}

/** In runs of any order, cut anywhere, some sent twice. */
function* inDisorder(readings: readonly Reading[], random: Random): Iterable<Reading[]> {
  const drawn = readings.flatMap((reading) => (random.chance(0.1) ? [reading, reading] : [reading]))
  const order = drawn.map((reading) => ({ reading, at: Math.floor(reading.start / 21_600) * random.next() }))
  order.sort((a, b) => a.at - b.at)
  yield* cutAnywhere(
    order.map(({ reading }) => reading),
    300,
    random,
  )
}
