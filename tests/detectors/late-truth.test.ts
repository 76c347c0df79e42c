import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DetectorBank } from '../../detectors/detector-bank.ts'
import { judgeAgain, type StoredReadings } from '../../detectors/judge-again.ts'
import type { Alert } from '../../model/alert.ts'
import { type Ledger, NO_AREA } from '../../model/ledger.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { bankOf, batchOf, FIRST_NOON, hamlet, type Reading, verdictsOf } from './county.ts'
import { home, type Load, withLoad } from './play.ts'

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
      const fresh = freshRun(drawn.ledger, [...inTime, ...late])
      const live = new Service(drawn.ledger)
      for (const readings of intervals(inTime)) live.take(readings)
      const before = live.alerts()
      const random = mulberry(drawn.seed)
      for (const readings of inDisorder(late, random)) {
        live.take(readings)
        if (random() < 0.2) await live.judgeAgain()
        if (random() < 0.1) live.save()
        if (random() < 0.05) await live.crash(random)
      }
      await live.judgeAgain()
      if (JSON.stringify(before) !== JSON.stringify(fresh)) changedByLateness++
      expect(live.alerts()).toEqual(fresh)
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
      const live = new Service(drawn.ledger)
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
      const live = new Service(drawn.ledger)
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
  const { inTime } = told({ fates, tapW: 0, ledger: LEDGERS[0], seed: 1 })
  const isOut = ({ row, start }: Reading) => row === 1 && start >= FIRST_NOON + 7 * 86_400
  const live = new Service(LEDGERS[0])
  for (const readings of intervals(inTime.filter((reading) => !isOut(reading)))) live.take(readings)
  for (const readings of intervals(inTime.filter(isOut))) live.take(readings)
  await live.judgeAgain()
  expect(live.alerts()).toEqual(freshRun(LEDGERS[0], inTime))
  expect(live.alerts().map(({ subject }) => subject.id)).toEqual(['U1'])
})

test('a cause says how many readings of whom and of which days came late, the newest reading says when that was known', async () => {
  const live = new Service(LEDGERS[0])
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
  const live = new Service(LEDGERS[0])
  for (const readings of intervals(inTime)) live.take(readings)
  const before = live.alerts()
  live.take(inTime.slice(0, 50))
  const [key] = live.bank.late.keys
  expect(await judgeAgain(live.bank, key, async function* () {})).toBeNull()
  expect(live.alerts()).toEqual(before)
  expect(live.bank.late.keys.size).toBe(0)
})

/** A bank with a journal before it and a store behind it, as the service has. */
class Service {
  bank: DetectorBank
  readonly #stored: Reading[] = []
  readonly #journal: { readonly readings: readonly Reading[]; readonly outcomes: Uint8Array }[] = []
  #checkpoint = { parts: new Map<string, Uint8Array>(), position: 0 }
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    this.bank = bankOf(ledger)
    this.save()
  }

  take(readings: readonly Reading[]): void {
    this.#stored.push(...readings)
    this.#journal.push({ readings, outcomes: this.#observe(readings) })
  }

  #observe(readings: readonly Reading[]): Uint8Array {
    const outcomes = this.bank.take(batchOf(readings)).slice(0, readings.length)
    this.bank.judge()
    return outcomes
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

  save(): void {
    const parts = new Map([...this.bank.snapshot()].map(([name, part]) => [name, bytesOf(part).slice()]))
    this.#checkpoint = { parts, position: this.#journal.length }
  }

  /** Killed: the checkpoint is old, the store is ahead of it, and the journal is read again. */
  async crash(random: () => number): Promise<void> {
    this.bank = bankOf(this.#ledger)
    this.bank.restore((name) => this.#checkpoint.parts.get(name))
    for (const { readings, outcomes } of this.#journal.slice(this.#checkpoint.position)) {
      expect(this.#observe(readings)).toEqual(outcomes)
      if (random() < 0.1) await this.judgeAgain()
    }
  }

  alerts(): Alert[] {
    return this.bank.alerts().sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}

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
