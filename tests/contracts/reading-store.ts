import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FLAG_SPREAD, ReadingBatchBuilder } from '../../model/reading-batch.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import type { LoadProfile, ReadingStore } from '../../src/stores/reading-store.ts'

/** One reading of a test, with what a batch says about it. */
export interface Row {
  readonly usagePoint: number
  readonly start: number
  readonly energyWh: number
  readonly seconds?: number
  readonly reactiveVarh?: number
  readonly quality?: number
  readonly flags?: number
  readonly revision?: number
  readonly position?: number
}

export const DAY = 1_763_942_400 // 2025-11-24T00:00Z

export function batchOf(rows: readonly Row[]): ReadingBatchBuilder {
  const batch = new ReadingBatchBuilder(1)
  for (const row of rows) {
    const { usagePoint, start, energyWh, seconds = 900, reactiveVarh = Number.NaN, quality = 0, flags = 0, position = 1 } = row
    batch.add(usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position)
    batch.columns.revision[batch.length - 1] = row.revision ?? 0
  }
  return batch
}

/** A store for one test on its own data. `reopen` is what a restart sees of everything that was flushed. */
export interface StoreUnderTest {
  readonly store: ReadingStore
  reopen(): Promise<ReadingStore>
  discard(): Promise<void>
}

/** What every ReadingStore keeps: `create` gives an empty one. */
export function describeReadingStore(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps readings`, () => {
    let under: StoreUnderTest
    let store: ReadingStore
    // One store for all tests, a usage point of its own for each: what one writes, no other may see.
    let point = 0
    beforeAll(async () => {
      under = await create()
      store = under.store
    })
    afterAll(() => under.discard())

    const profile = (from = 0, to = 2 ** 32 - 1) => store.loadProfile(point, from, to).then(plain)
    const rowsFrom = (...rows: Omit<Row, 'usagePoint'>[]) => rows.map((row) => ({ ...row, usagePoint: point }))
    const append = (...rows: Omit<Row, 'usagePoint'>[]) => store.append(batchOf(rowsFrom(...rows)))

    test('nothing is there before anything came', async () => {
      point++
      expect(await profile()).toEqual([])
    })

    test('an empty batch changes nothing', async () => {
      point++
      await store.append(batchOf([]))
      await store.flush()
      expect(await profile()).toEqual([])
    })

    test('a reading is readable at once and after the flush, in every column', async () => {
      point++
      await append({ start: DAY, seconds: 1800, energyWh: 512.125, reactiveVarh: 12.5, quality: ReadingQuality.edited })
      const expected = [{ start: DAY, seconds: 1800, energyWh: 512.125, reactiveVarh: 12.5, quality: 7, revisions: 1 }]
      expect(await profile()).toEqual(expected)
      await store.flush()
      expect(await profile()).toEqual(expected)
    })

    test('a missing reactive energy stays missing, and a zero stays zero', async () => {
      point++
      await append({ start: DAY, energyWh: 0, reactiveVarh: 0 }, { start: DAY + 900, energyWh: 1e-3 })
      await store.flush()
      const [zero, missing] = await profile()
      expect([zero.energyWh, zero.reactiveVarh]).toEqual([0, 0])
      expect([missing.energyWh, missing.reactiveVarh]).toEqual([1e-3, Number.NaN])
    })

    test('negative, tiny and huge energies come back to the last bit', async () => {
      point++
      const values = [-1.5, 0.1 + 0.2, 1e-9, 123456789.125, 9.007199254740991e15, 1e21, 1 / 3]
      await append(...values.map((energyWh, index) => ({ start: DAY + index * 900, energyWh })))
      await store.flush()
      expect((await profile()).map(({ energyWh }) => energyWh)).toEqual(values)
    })

    test('a profile begins with its from and ends before its to', async () => {
      point++
      await append(...[0, 900, 1800, 2700].map((after) => ({ start: DAY + after, energyWh: after })))
      await store.flush()
      expect((await profile(DAY + 900, DAY + 2700)).map(({ start }) => start)).toEqual([DAY + 900, DAY + 1800])
      expect(await profile(DAY + 901, DAY + 1800)).toEqual([])
      expect(await profile(DAY + 900, DAY + 900)).toEqual([])
    })

    test('the profiles of several usage points come in the order asked for, from memory and from disk alike', async () => {
      point += 3
      const [first, second, silent] = [point - 2, point - 1, point]
      await store.append(
        batchOf([
          { usagePoint: second, start: DAY, energyWh: 2 },
          { usagePoint: first, start: DAY, energyWh: 1 },
        ]),
      )
      await store.flush()
      await store.append(batchOf([{ usagePoint: first, start: DAY + 900, energyWh: 3 }]))
      const profiles = await store.loadProfiles([silent, second, first], DAY, DAY + 86_400)
      expect(profiles.map((one) => plain(one).map(({ energyWh }) => energyWh))).toEqual([[], [2], [1, 3]])
      expect(await store.loadProfiles([], DAY, DAY + 86_400)).toEqual([])
    })

    test('a profile crosses midnight and months in order', async () => {
      point++
      const starts = [DAY + 40 * 86_400, DAY, DAY - 900, DAY + 86_399, 900]
      for (const start of starts) await append({ start, energyWh: 1 })
      await store.flush()
      expect((await profile()).map(({ start }) => start)).toEqual(starts.toSorted((a, b) => a - b))
    })

    test('another usage point does not show', async () => {
      point++
      await append({ start: DAY, energyWh: 1 })
      await store.append(batchOf([{ usagePoint: point + 100_000, start: DAY, energyWh: 2 }]))
      await store.flush()
      expect((await profile()).map(({ energyWh }) => energyWh)).toEqual([1])
    })

    test('of two values of one quality the larger counts, and the correction is told', async () => {
      point++
      await append({ start: DAY, energyWh: 100 })
      await store.flush()
      await append({ start: DAY, energyWh: 90, revision: 9 })
      expect(await profile()).toMatchObject([{ energyWh: 100, revisions: 2 }])
      await store.flush()
      expect(await profile()).toMatchObject([{ energyWh: 100, revisions: 2 }])
    })

    test('a verified value counts before a larger one that is not', async () => {
      point++
      await append({ start: DAY, energyWh: 100 }, { start: DAY, energyWh: 60, quality: ReadingQuality.verified, revision: 7 })
      await store.flush()
      expect(await profile()).toMatchObject([{ energyWh: 60, quality: ReadingQuality.verified, revisions: 2 }])
    })

    test('of two values spread over a gap the later in the journal counts, a measured one before both', async () => {
      point++
      const spread = { start: DAY, quality: ReadingQuality.derived, flags: FLAG_SPREAD }
      await append({ ...spread, energyWh: 50, position: 2 ** 40 }, { ...spread, energyWh: 80, position: 3, revision: 8 })
      await store.flush()
      expect(await profile()).toMatchObject([{ energyWh: 50, revisions: 2 }])
      await append({ start: DAY, energyWh: 10, quality: ReadingQuality.mixed, revision: 9 })
      await store.flush()
      expect(await profile()).toMatchObject([{ energyWh: 10, quality: ReadingQuality.mixed, revisions: 3 }])
    })

    test('the caller may use its batch again as soon as the store has taken it', async () => {
      point++
      const batch = batchOf(rowsFrom({ start: DAY, energyWh: 1 }))
      await store.append(batch)
      batch.clear()
      batch.add(point, DAY, 900, 999, 0, ReadingQuality.verified, 0, 1)
      await store.flush()
      expect(await profile()).toMatchObject([{ energyWh: 1 }])
    })

    test('the books count intervals, not copies or corrections', async () => {
      point++
      const before = await store.count()
      await append({ start: DAY, energyWh: 1 }, { start: DAY + 900, energyWh: 1 })
      await append({ start: DAY, energyWh: 1 }, { start: DAY, energyWh: 3, revision: 3 })
      await store.flush()
      expect(await store.count()).toBe(before + 2)
      await append({ start: DAY, energyWh: 1 }, { start: DAY + 1800, energyWh: 1 })
      await store.flush()
      expect(await store.count()).toBe(before + 3)
    })

    test('any order, batching and repetition of the same readings gives the same profile', async () => {
      await fc.assert(
        fc.asyncProperty(history(), async ({ rows, sent, flushes }) => {
          point++
          await append(...rows)
          await store.flush()
          const expected = await profile()
          point++
          for (const [index, batch] of sent.entries()) {
            await append(...batch)
            if (flushes[index % flushes.length]) await store.flush()
          }
          await append(...rows)
          expect(await profile()).toEqual(expected)
        }),
        { numRuns: 30 },
      )
    })

    test('what was flushed is there after a restart', async () => {
      point++
      const count = await store.count()
      await append({ start: DAY, energyWh: 42, reactiveVarh: 2 }, { start: DAY + 900, energyWh: 43 })
      await store.flush()
      const expected = await profile()
      expect(expected).toHaveLength(2)
      await store.close()
      store = await under.reopen()
      expect(await profile()).toEqual(expected)
      expect(await store.count()).toBe(count + 2)
    })
  })
}

export function plain(profile: LoadProfile) {
  return Array.from(profile.start, (start, row) => ({
    start,
    seconds: profile.seconds[row],
    energyWh: profile.energyWh[row],
    reactiveVarh: profile.reactiveVarh[row],
    quality: profile.quality[row],
    revisions: profile.revisions[row],
  }))
}

/** Values of a few intervals with a revision of its own each, and the same again in another order, in batches, some twice. */
function history() {
  const value = fc.record({
    start: fc.integer({ min: 0, max: 5 }).map((interval) => DAY + interval * 43_200),
    energyWh: fc.integer({ min: 0, max: 8 }).map((energy) => energy / 4),
    reactiveVarh: fc.constantFrom(Number.NaN, 0, 1.5),
    quality: fc.constantFrom(0, 7, 9, 10, 11, 14, 17, 18, 19),
    flags: fc.constantFrom(0, 0, FLAG_SPREAD),
    position: fc.integer({ min: 1, max: 4 }),
  })
  return fc
    .array(value, { minLength: 1, maxLength: 24 })
    .map((values) => values.map((row, revision) => ({ ...row, revision })))
    .chain((rows) =>
      fc.record({
        rows: fc.constant(rows),
        sent: fc.array(fc.shuffledSubarray(rows, { minLength: 1 }), { minLength: 1, maxLength: 6 }),
        flushes: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
      }),
    )
}
