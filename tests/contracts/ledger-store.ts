import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Area } from '../../model/area.ts'
import { NO_AREA } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import type { UsagePoint } from '../../model/usage-point.ts'
import { buildLedger } from '../../src/ledger/build-ledger.ts'
import type { LedgerStore } from '../../src/ledger/ledger-store.ts'
import { samplePoint } from '../ingest/sample-ledger.ts'

/** Ledgers on lasting storage. */
export interface LedgersUnderTest {
  /** As the service and each command beside it does. */
  open(): Promise<LedgerStore>
}

const area = (id: string, more: Partial<Area> = {}): Area => ({
  ...{ area: id, feeder: 'F1', county: 'Luxi', latitude: 24.45, longitude: 98.1, datum: 'GCJ02' },
  ...{ capacityKva: 200, radiusMeters: 350, name: null, ...more },
})

const mine = (id: string, more: Partial<Mine> = {}): Mine => ({
  ...{ mine: id, name: '老硐', kind: 'dig-point', county: 'Luxi', latitude: 24.4, longitude: 98.2, datum: 'WGS84' },
  ...{ uncertaintyMeters: 50, openings: 2, sealing: 'broken', town: null, responsible: '乡政府', supervisor: null },
  ...{ closedOn: '2019-06-30', ...more },
})

/** What all ledgers keep. `create` gives new, empty ones. */
export function describeLedgerStore(name: string, create: () => Promise<LedgersUnderTest>): void {
  describe(`ledgers in ${name}`, () => {
    let open: LedgersUnderTest['open']
    let store: LedgerStore
    beforeEach(async () => {
      open = (await create()).open
      store = await open()
    })
    afterEach(() => store.close())

    const rowsOf = async (...meters: string[]) => {
      const ledger = await store.load()
      return meters.map((meter) => ledger.rowOfMeter(meter))
    }

    test('row numbers are given at first import and never change', async () => {
      expect(await store.putUsagePoints([samplePoint('U9', 'M9'), samplePoint('U1', 'M1')])).toEqual({
        ...{ added: 2, changed: 0, unchanged: 0 },
        refused: [],
      })
      await store.putAreas([area('T2'), area('T1')])
      await store.putAreas([area('T3'), area('T1', { name: '老厂台区' })])
      const again = [samplePoint('U1', 'M1', { area: 'T1' }), samplePoint('U5', 'M5'), samplePoint('U9', 'M9')]
      expect(await store.putUsagePoints(again)).toMatchObject({ added: 1, changed: 1, unchanged: 1 })
      const ledger = await store.load()
      expect(ledger.usagePoints.id).toEqual(['U9', 'U1', 'U5'])
      expect([...ledger.usagePoints.area]).toEqual([NO_AREA, 1, NO_AREA])
      expect(ledger.areas.id).toEqual(['T2', 'T1', 'T3'])
      expect(await rowsOf('M9', 'M1', 'M5', 'M0')).toEqual([0, 1, 2, -1])
    })

    test('a usage point without a position has its area’s, as uncertain as the area is wide', async () => {
      await store.putUsagePoints([
        samplePoint('U1', 'M1', { area: 'T1' }),
        samplePoint('U2', 'M2', { latitude: 24.5, longitude: 98 }),
        samplePoint('U3', 'M3', { area: 'T9' }),
      ])
      await store.putAreas([area('T1')])
      const { usagePoints } = await store.load()
      expect([...usagePoints.latitude]).toEqual([24.45, 24.5, Number.NaN])
      expect([...usagePoints.uncertaintyMeters].slice(0, 2)).toEqual([350, 0])
    })

    test('after a meter exchange the old meter still finds its usage point, until it measures another', async () => {
      await store.putUsagePoints([samplePoint('U1', 'OLD'), samplePoint('U2', 'M2')])
      await store.putUsagePoints([samplePoint('U1', 'NEW')])
      expect(await rowsOf('OLD', 'NEW', 'M2')).toEqual([0, 0, 1])
      await store.putUsagePoints([samplePoint('U2', 'OLD')])
      expect(await rowsOf('OLD', 'NEW', 'M2')).toEqual([1, 0, 1])
    })

    test('meters that go round in one file are taken in the order of its rows', async () => {
      await store.putUsagePoints([samplePoint('U1', 'A'), samplePoint('U2', 'B')])
      const file = [samplePoint('U1', 'spare'), samplePoint('U2', 'A'), samplePoint('U1', 'B'), samplePoint('U3', 'spare')]
      expect(await store.putUsagePoints(file)).toMatchObject({ added: 1, changed: 3, refused: [] })
      expect(await rowsOf('A', 'B', 'spare')).toEqual([1, 0, 2])
      // straight across nobody can say which was first
      const across = await store.putUsagePoints([samplePoint('U1', 'A'), samplePoint('U2', 'B')])
      expect(across).toMatchObject({ changed: 0, refused: [{ index: 0 }, { index: 1 }] })
    })

    test('a meter that measures another usage point is refused with the one that has it', async () => {
      const { added, refused } = await store.putUsagePoints([
        samplePoint('U1', 'M1'),
        samplePoint('U2', 'M1'),
        samplePoint('U3', 'M3'),
      ])
      expect(added).toBe(2)
      expect(refused).toMatchObject([
        { index: 1, field: 'meter', value: 'M1', reason: 'meter M1 already measures usage point U1' },
      ])
      expect((await store.putUsagePoints([samplePoint('U4', 'M3')])).refused).toMatchObject([{ index: 0, value: 'M3' }])
    })

    test('the version rises with every change and with nothing else, and another process sees it', async () => {
      const importer = await open()
      const versions = [await store.version()]
      await importer.putMines([mine('K1')])
      versions.push(await store.version())
      await importer.putMines([mine('K1')])
      versions.push(await store.version())
      await importer.putMines([mine('K1', { sealing: 'sealed' })])
      versions.push(await store.version())
      await importer.close()
      expect(versions).toEqual([0, 1, 1, 2])
      const { version, mines } = await store.load()
      expect([version, mines]).toEqual([2, [mine('K1', { sealing: 'sealed' })]])
    })

    test('several that import at once give each usage point one row', async () => {
      const importers = await Promise.all([open(), open(), open()])
      await Promise.all(
        importers.flatMap((importer, who) =>
          [0, 1, 2].map((turn) =>
            importer.putUsagePoints([samplePoint('U', 'M'), samplePoint(`U${who}${turn}`, `M${who}${turn}`)]),
          ),
        ),
      )
      await Promise.all(importers.map((importer) => importer.close()))
      const { usagePoints, version } = await store.load()
      expect([usagePoints.length, new Set(usagePoints.id).size, version]).toEqual([10, 10, 9])
    })

    test('what is loaded while somebody imports shows one moment', async () => {
      await store.putUsagePoints(manyPoints(12_000, 'before'))
      const importer = await open()
      const loading = store.load()
      await importer.putAreas([area('before'), area('after')])
      await importer.putUsagePoints(manyPoints(12_100, 'after'))
      const { areas, usagePoints, version } = await loading
      await importer.close()
      const booked = new Set(Array.from(usagePoints.area, (row) => areas.id[row]))
      const moments = [
        [1, 0, 12_000, [undefined]],
        [2, 2, 12_000, ['before']],
        [3, 2, 12_100, ['after']],
      ]
      expect(moments).toContainEqual([version, areas.length, usagePoints.length, [...booked]])
    })

    test('a file that breaks off leaves nothing', async () => {
      await store.putUsagePoints([samplePoint('U1', 'M1')])
      const points = manyPoints(3_000, 'T1')
      Object.defineProperty(points[2_999], 'meter', {
        get: () => {
          throw new Error('the power went')
        },
        enumerable: true,
      })
      await expect(store.putUsagePoints(points)).rejects.toThrow('the power went')
      expect([await store.version(), (await store.load()).usagePoints.id]).toEqual([1, ['U1']])
    })

    test('lawful uses belong to known usage points', async () => {
      await store.putUsagePoints([samplePoint('U0', 'M0'), samplePoint('U1', 'M1')])
      const use = { usagePoint: 'U1', use: 'kiln', from: 100, to: 200, permit: null, maxKw: 30.5 }
      const { added, refused } = await store.putLawfulUses([use, { ...use, usagePoint: 'U7' }])
      expect([added, refused.length, refused[0].field]).toEqual([1, 1, 'usage_point'])
      expect((await store.load()).lawfulUses).toEqual(new Map([[1, [use]]]))
      const changes = [{ ...use, to: 300 }, { ...use, from: 400, to: 500 }, use, use]
      expect(await store.putLawfulUses(changes)).toMatchObject({ added: 1, changed: 2, unchanged: 1 })
      expect((await store.load()).lawfulUses).toEqual(new Map([[1, [use, { ...use, from: 400, to: 500 }]]]))
    })

    test('records are found by id, and the counties of areas and mines', async () => {
      const known = samplePoint('U1', 'M1', { area: 'T1', contractKw: 8.25, statusSince: 1_600_000_000, name: '张三' })
      await store.putUsagePoints([samplePoint('U0', 'M0'), known])
      await store.putAreas([area('T1')])
      await store.putMines([mine('K1', { county: '盈江' })])
      expect(await store.usagePoints(['U1', 'U9'])).toEqual(new Map([['U1', known]]))
      expect(await store.areas(['T1', 'T9'])).toEqual(new Map([['T1', area('T1')]]))
      expect(await store.areas([])).toEqual(new Map())
      expect(await store.counties()).toEqual(['Luxi', '盈江'])
      expect(await store.someMeter()).toBe('M1')
    })

    test('mines are in the order of their bytes, whatever the language of the server', async () => {
      await store.putMines(['k', 'K-2', 'K1', '老', 'ä'].map((id) => mine(id)))
      expect((await store.load()).mines.map(({ mine: id }) => id)).toEqual(['K-2', 'K1', 'k', 'ä', '老'])
    })

    test('a name with what no database takes as text is taken, and is known again', async () => {
      const odd = mine('K1', { name: 'a\0b', town: "'; DROP TABLE mine; --" })
      await store.putMines([odd])
      expect(await store.putMines([odd])).toMatchObject({ unchanged: 1, changed: 0 })
      const [{ name, town }] = (await store.load()).mines
      expect([name.replace('\0', '␀'), town]).toEqual(['a␀b', odd.town])
    })

    test('ledgers that are copied have the same rows, and are copied into nothing that is there', async () => {
      const other = (await create()).open
      const [from, to] = [store, await other()]
      await from.putAreas([area('T1')])
      await from.putUsagePoints([samplePoint('U2', 'OLD', { area: 'T1' }), samplePoint('U1', 'M1')])
      await from.putUsagePoints([samplePoint('U2', 'NEW', { area: 'T1', name: '李四' })])
      await from.putMines([mine('K1')])
      await from.putLawfulUses([{ usagePoint: 'U1', use: 'kiln', from: 1, to: 2, permit: null, maxKw: null }])
      expect(await to.copyFrom(from)).toBe(true)
      expect(await to.copyFrom(from)).toBe(false)
      const [ours, theirs] = [await to.load(), await from.load()]
      for (const key of ['usagePoints', 'areas', 'mines', 'lawfulUses'] as const) expect(ours[key]).toEqual(theirs[key])
      expect(['OLD', 'NEW', 'M1'].map((meter) => ours.rowOfMeter(meter))).toEqual([0, 0, 1])
      expect(await to.usagePoints(['U1', 'U2'])).toEqual(await from.usagePoints(['U1', 'U2']))
      await to.close()
    })

    test('the ledger of files is the ledger of the database', async () => {
      const points = [
        samplePoint('U1', 'M1', { area: 'T1', ctRatio: 30, ptRatio: 10, contractKw: 8, status: 'closed', statusSince: 77 }),
        samplePoint('U2', 'M2', { category: 'industrial' }),
      ]
      const uses = [{ usagePoint: 'U2', use: 'kiln', from: 100, to: 200, permit: null, maxKw: null }]
      await store.putAreas([area('T1')])
      await store.putUsagePoints(points)
      await store.putMines([mine('K1')])
      await store.putLawfulUses(uses)
      const stored = await store.load()
      const built = buildLedger(points, [area('T1')], [mine('K1')], uses)
      for (const key of ['usagePoints', 'areas', 'mines', 'lawfulUses'] as const) expect(stored[key]).toEqual(built[key])
      expect([...built.usagePoints.ratio]).toEqual([300, 1])
    })
  })
}

/** More than one page of them. */
function manyPoints(count: number, area: string): UsagePoint[] {
  return Array.from({ length: count }, (_, index) => samplePoint(`P${index}`, `Q${index}`, { area }))
}
