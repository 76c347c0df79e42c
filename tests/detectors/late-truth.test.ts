import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DetectorBank } from '../../detectors/detector-bank.ts'
import { judgeAgain, type StoredReadings } from '../../detectors/judge-again.ts'
import type { Alert } from '../../model/alert.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { bankOf, batchOf, FIRST_NOON, hamlet, type Reading, verdictsOf } from './county.ts'
import { home, type Load, withLoad } from './play.ts'

const HOMES = 5
const DAYS = 24
const ledger = hamlet(HOMES, true)

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
  seed: fc.integer(),
})
type Drawn = typeof history extends fc.Arbitrary<infer T> ? T : never

test('whatever came late, in whatever order and batches and however often, leaves what a fresh run over all of it leaves', async () => {
  let changedByLateness = 0
  await fc.assert(
    fc.asyncProperty(history, async (drawn) => {
      const { inTime, late } = told(drawn)
      const fresh = freshRun([...inTime, ...late])
      const live = new Service()
      for (const readings of intervals(inTime)) live.take(readings)
      const before = live.alerts()
      const random = mulberry(drawn.seed)
      for (const readings of inDisorder(late, random)) {
        live.take(readings)
        if (random() < 0.2) await live.judgeAgain()
        if (random() < 0.1) live.restart()
      }
      await live.judgeAgain()
      if (JSON.stringify(before) !== JSON.stringify(fresh)) changedByLateness++
      expect(live.alerts()).toEqual(fresh)
    }),
    { numRuns: 60 },
  )
  // the property would be empty if lateness changed nothing
  expect(changedByLateness).toBeGreaterThan(20)
})

test('after a judging again the days that follow are judged as in a fresh run', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 8, max: DAYS - 2 }), async (drawn, day) => {
      const { inTime, late } = told(drawn)
      const at = FIRST_NOON + day * 86_400 + 7_200
      const live = new Service()
      for (const readings of intervals(inTime)) {
        if (readings[0].start === at) {
          live.take(late.filter(({ start }) => start < at - 2 * 86_400))
          await live.judgeAgain()
        }
        live.take(readings)
      }
      live.take(late)
      await live.judgeAgain()
      expect(live.alerts()).toEqual(freshRun([...inTime, ...late]))
    }),
    { numRuns: 30 },
  )
})

/** A bank with a store behind it, as the service has. */
class Service {
  bank = bankOf(ledger)
  readonly #stored: Reading[] = []

  take(readings: readonly Reading[]): void {
    this.#stored.push(...readings)
    this.bank.take(batchOf(readings))
    this.bank.judge()
  }

  readonly stored: StoredReadings = async function* (this: Service, rows: readonly number[], from: number, to: number) {
    const held = this.#stored.filter(({ row, start }) => rows.includes(row) && start >= from && start < to)
    for (const readings of intervals(held.sort((a, b) => a.start - b.start))) yield batchOf(readings)
  }.bind(this)

  async judgeAgain(): Promise<Alert[]> {
    const news: Alert[] = []
    while (this.bank.late.keys.size > 0) {
      for (const key of [...this.bank.late.keys]) news.push(...((await judgeAgain(this.bank, key, this.stored))?.alerts ?? []))
    }
    return news
  }

  /** Killed and started again from a checkpoint of this moment. */
  restart(): void {
    const parts = this.bank.snapshot()
    this.bank = new DetectorBank(this.bank.config, this.bank.clock, ledger)
    this.bank.restore((name) => {
      const part = parts.get(name)
      return part === undefined ? undefined : bytesOf(part).slice()
    })
  }

  alerts(): Alert[] {
    return this.bank.alerts().sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}

function freshRun(readings: readonly Reading[]): Alert[] {
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

function* intervals(readings: readonly Reading[]): Iterable<Reading[]> {
  let batch: Reading[] = []
  for (const reading of readings) {
    if (batch.length > 0 && batch[0].start !== reading.start) {
      yield batch
      batch = []
    }
    batch.push(reading)
  }
  if (batch.length > 0) yield batch
}

/** In runs of any order, cut anywhere, some sent twice. */
function* inDisorder(readings: readonly Reading[], random: () => number): Iterable<Reading[]> {
  const drawn = readings.flatMap((reading) => (random() < 0.1 ? [reading, reading] : [reading]))
  const order = drawn.map((reading) => ({ reading, at: Math.floor(reading.start / 21_600) * random() }))
  order.sort((a, b) => a.at - b.at)
  for (let from = 0; from < order.length; ) {
    const length = 1 + Math.floor(random() * 300)
    yield order.slice(from, from + length).map(({ reading }) => reading)
    from += length
  }
}

function mulberry(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
