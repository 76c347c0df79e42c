import { setTimeout as delay } from 'node:timers/promises'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FLAG_SPREAD } from '../../model/reading-batch.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import type { ReadingHistory, ReadingStore } from '../../src/stores/reading-store.ts'
import { batchOf, DAY, type Row } from './reading-store.ts'

/** An empty store that is written to, and what reads it again in slices of about `sliceRows`. */
export interface HistoryUnderTest {
  readonly store: ReadingStore
  history(sliceRows: number): Promise<ReadingHistory>
  discard(): Promise<void>
}

/** What every ReadingHistory keeps: `create` gives an empty store. */
export function describeReadingHistory(name: string, create: () => Promise<HistoryUnderTest>): void {
  describe(`${name} is read again from beginning to end`, () => {
    let under: HistoryUnderTest
    beforeAll(async () => {
      under = await create()
    })
    afterAll(() => under.discard())

    /** Days apart keep the tests apart; near enough that thousands of runs, shrinking among them, fit into 32 bits of seconds. */
    let day = 0
    const freshDay = () => DAY + 12 * 86_400 * ++day
    const store = async (rows: readonly Row[]) => {
      await under.store.append(batchOf(rows))
      await under.store.flush()
    }
    const scanned = async (from: number, to: number, sliceRows = 1_000_000, only?: number[]): Promise<Required<Row>[]> => {
      const history = await under.history(sliceRows)
      const rows: Required<Row>[] = []
      for await (const { columns, length } of history.scan(from, to, only)) {
        for (let row = 0; row < length; row++) {
          rows.push({
            usagePoint: columns.usagePoint[row],
            start: columns.start[row],
            seconds: columns.seconds[row],
            energyWh: columns.energyWh[row],
            reactiveVarh: columns.reactiveVarh[row],
            quality: columns.quality[row],
            flags: columns.flags[row],
            revision: columns.revision[row],
            position: columns.position[row],
          })
        }
      }
      await history.close()
      return rows
    }

    test('before anything came there is no span and nothing to scan', async () => {
      const history = await under.history(10)
      expect(await history.span()).toBeNull()
      await history.close()
      expect(await scanned(0, 2 ** 32 - 1)).toEqual([])
    })

    test('every column comes back, a missing reactive energy as missing, a correction beside the first value', async () => {
      const at = freshDay()
      await store([
        { usagePoint: 2, start: at, seconds: 1800, energyWh: 512.125, reactiveVarh: 12.5, quality: ReadingQuality.edited },
        { usagePoint: 3, start: at + 900, energyWh: 0 },
        { usagePoint: 3, start: at + 900, energyWh: 7, quality: ReadingQuality.verified, revision: 9 },
      ])
      const plain = { seconds: 900, reactiveVarh: Number.NaN, quality: 0, flags: 0, revision: 0 }
      const rows = (await scanned(at, at + 86_400)).map(({ position: _, ...row }) => row)
      expect(rows.slice(0, 1)).toEqual([
        { ...plain, usagePoint: 2, start: at, seconds: 1800, energyWh: 512.125, reactiveVarh: 12.5, quality: 7 },
      ])
      expect(rows.slice(1).sort((a, b) => a.energyWh - b.energyWh)).toEqual([
        { ...plain, usagePoint: 3, start: at + 900, energyWh: 0 },
        { ...plain, usagePoint: 3, start: at + 900, energyWh: 7, quality: ReadingQuality.verified },
      ])
    })

    test('a scan begins with its from and ends before its to, and the span holds whole days', async () => {
      const at = freshDay()
      await store([0, 900, 1800, 2700].map((after) => ({ usagePoint: 1, start: at + after, energyWh: after })))
      expect((await scanned(at + 900, at + 2700)).map(({ start }) => start - at)).toEqual([900, 1800])
      expect(await scanned(at + 900, at + 900)).toEqual([])
      const history = await under.history(10)
      expect((await history.span())?.to).toBe(at + 86_400)
      await history.close()
    })

    test('of some usage points alone every value comes, corrections too, and of the others none', async () => {
      const at = freshDay()
      const points = [0, 1, 2, 3]
      await store(
        [0, 43_200, 86_400, 172_800].flatMap((after) =>
          points.map((usagePoint) => ({ usagePoint, start: at + after, energyWh: after + usagePoint })),
        ),
      )
      await store([{ usagePoint: 2, start: at, energyWh: 7, quality: ReadingQuality.edited, revision: 9 }])
      const rows = await scanned(at, at + 172_800, 1_440, [3, 2])
      expect(rows.map(({ start }) => start - at)).toEqual([0, 0, 0, 43_200, 43_200, 86_400, 86_400])
      expect(rows.map(({ usagePoint, energyWh }) => `${usagePoint} ${energyWh}`).sort()).toEqual(
        ['2 2', '2 7', '3 3', '2 43202', '3 43203', '2 86402', '3 86403'].sort(),
      )
      expect(await scanned(at, at + 172_800, 1_440, [4])).toEqual([])
    })

    test('spread values of one interval come in the order of the journal', async () => {
      const at = freshDay()
      const spread = { usagePoint: 4, start: at + 3600, quality: ReadingQuality.derived, flags: FLAG_SPREAD }
      await store([
        { ...spread, energyWh: 3, position: 30, revision: 1 },
        { ...spread, energyWh: 1, position: 10, revision: 2 },
        { ...spread, energyWh: 2, position: 20, revision: 3 },
      ])
      expect((await scanned(at, at + 86_400)).map(({ energyWh }) => energyWh)).toEqual([1, 2, 3])
    })

    test('whatever was written in whatever batches comes in order of start, whole, in slices of any size', async () => {
      const reading = fc.record({
        usagePoint: fc.integer({ min: 0, max: 4 }),
        interval: fc.integer({ min: 0, max: 220 }),
        reactiveVarh: fc.constantFrom(Number.NaN, 0, 1.5),
        quality: fc.constantFrom(0, 7, 19),
        seconds: fc.constantFrom(900, 1800),
      })
      const readings = fc.uniqueArray(reading, {
        selector: ({ usagePoint, interval }) => `${usagePoint} ${interval}`,
        minLength: 1,
        maxLength: 60,
      })
      await fc.assert(
        fc.asyncProperty(
          readings,
          fc.integer({ min: 1, max: 40 }),
          fc.integer({ min: 1, max: 30 }),
          async (drawn, cut, slice) => {
            const at = freshDay()
            const rows = drawn.map(({ interval, ...row }) => ({ ...row, start: at + interval * 900, energyWh: interval + 0.25 }))
            for (let from = 0; from < rows.length; from += cut) await store(rows.slice(from, from + cut))
            const line = ({ usagePoint, start, seconds, energyWh, reactiveVarh, quality }: Row) =>
              [usagePoint, start, seconds, energyWh, reactiveVarh, quality].join()
            const written = rows.map(line).sort()
            // while files are merged beside the scan a row may come twice, but none is ever missing or out of order …
            const lines = async () => {
              const back = await scanned(at, at + 10 * 86_400, slice)
              const starts = back.map(({ start }) => start)
              expect(starts).toEqual(starts.toSorted((a, b) => a - b))
              expect([...new Set(back.map(line))].sort()).toEqual(written)
              return back.map(line).sort()
            }
            let last = await lines()
            // … and once the merge is done each comes once
            for (let again = 0; again < 100 && last.length !== written.length; again++) {
              await delay(20)
              last = await lines()
            }
            expect(last).toEqual(written)
          },
        ),
        { numRuns: 25 },
      )
    })
  })
}
