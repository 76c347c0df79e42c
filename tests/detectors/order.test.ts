import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../fixtures/simulator/random.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { bankOf, FIRST_NOON, hamlet, type Reading, verdictsOf } from './county.ts'
import { disorder, intervals } from './streams.ts'

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
      const shuffled = verdictsOf(bankOf(ledger), disorder(readings, 400, new Random(String(drawn.seed))))
      alerted += inOrder.length
      expect(JSON.stringify(shuffled)).toBe(JSON.stringify(inOrder))
    }),
    { numRuns: 220 },
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
