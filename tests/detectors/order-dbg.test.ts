import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { bankOf, FIRST_NOON, hamlet, type Reading, verdictsOf } from './county.ts'

const HOMES = 5
const DAYS = 12
const SLOTS = 96

/** Draws what happens to one meter; the rest of the history follows from it. */
const fate = fc.record({
  baseWh: fc.integer({ min: 20, max: 400 }),
  kind: fc.constantFrom('quiet', 'pump', 'mill', 'furnace'),
  fromDay: fc.integer({ min: 4, max: 9 }),
  powerW: fc.integer({ min: 4_000, max: 25_000 }),
  gaps: fc.array(fc.tuple(fc.integer({ min: 0, max: DAYS * SLOTS - 1 }), fc.integer({ min: 1, max: 30 })), { maxLength: 3 }),
  corrections: fc.array(fc.tuple(fc.integer({ min: 0, max: DAYS * SLOTS - 1 }), fc.constantFrom(0, 7, 8, 17)), { maxLength: 12 }),
})

const history = fc.record({
  fates: fc.array(fate, { minLength: HOMES, maxLength: HOMES }),
  tapW: fc.constantFrom(0, 0, 5_000, 9_000),
  seed: fc.integer(),
})

test('any order, batching and repetition of the same readings within the lateness window gives the same alerts, byte for byte', () => {
  const ledger = hamlet(HOMES, true)
  let alerted = 0
  fc.assert(
    fc.property(history, (drawn) => {
      const readings = play(drawn)
      const inOrder = verdictsOf(bankOf(ledger), intervals(readings))
      const shuffled = verdictsOf(bankOf(ledger), disorder(readings, drawn.seed))
      alerted += inOrder.length
      expect(JSON.stringify(shuffled)).toBe(JSON.stringify(inOrder))
    }),
    { numRuns: 1200, endOnFailure: true },
  )
  // the property would be empty if nothing was ever alerted
  expect(alerted).toBeGreaterThan(100)
})

function play({
  fates,
  tapW,
}: {
  fates: readonly (typeof fate extends fc.Arbitrary<infer T> ? T : never)[]
  tapW: number
}): Reading[] {
  const readings: Reading[] = []
  for (let slot = 0; slot < DAYS * SLOTS; slot++) {
    const day = Math.floor(slot / SLOTS)
    const hour = (slot % SLOTS) / 4
    let totalWh = day >= 6 ? tapW / 4 : 0
    fates.forEach(({ baseWh, kind, fromDay, powerW, gaps, corrections }, row) => {
      const closed = row === HOMES - 1
      const wobble = 1 + 0.02 * Math.sin(slot * (row + 1))
      const on =
        day >= fromDay &&
        kind !== 'quiet' &&
        (kind === 'pump' || (kind === 'mill' && hour >= 9 && hour < 17) || (kind === 'furnace' && hour >= 7 && hour < 9))
      const energyWh = (closed ? 0 : baseWh * wobble) + (on ? (powerW / 4) * wobble : 0)
      totalWh += energyWh
      const start = FIRST_NOON + slot * 900
      if (gaps.some(([from, length]) => slot >= from && slot < from + length)) return
      readings.push({ row, start, energyWh, quality: ReadingQuality.valid })
      for (const [at, quality] of corrections) {
        if (at === slot) readings.push({ row, start, energyWh: energyWh * 1.5 + 10, quality })
      }
    })
    readings.push({ row: HOMES, start: FIRST_NOON + slot * 900, energyWh: totalWh * 1.03 + 100, quality: ReadingQuality.valid })
  }
  return readings
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
  yield batch
}

/** Delays each reading by less than a day, sends some twice, and cuts the stream anywhere. */
function* disorder(readings: readonly Reading[], seed: number): Iterable<Reading[]> {
  const random = mulberry(seed)
  const sent: { at: number; reading: Reading }[] = []
  for (const reading of readings) {
    const delay = random() < 0.5 ? 0 : random() * 23.7 * 3600
    sent.push({ at: reading.start + delay, reading })
    if (random() < 0.05) sent.push({ at: reading.start + random() * 23.7 * 3600, reading })
  }
  sent.sort((a, b) => a.at - b.at || (random() < 0.5 ? -1 : 1))
  for (let from = 0; from < sent.length; ) {
    const length = 1 + Math.floor(random() * 400)
    yield sent.slice(from, from + length).map(({ reading }) => reading)
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
