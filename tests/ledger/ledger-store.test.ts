import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Area } from '../../model/area.ts'
import { NO_AREA } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import { buildLedger } from '../../src/ledger/build-ledger.ts'
import { LedgerStore } from '../../src/ledger/ledger-store.ts'
import { samplePoint } from '../ingest/sample-ledger.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'

function open(path = join(scratchDirectory(), 'ledger.db')): LedgerStore {
  const store = new LedgerStore(path)
  onTestFinished(() => store.close())
  return store
}

const area = (id: string, more: Partial<Area> = {}): Area => ({
  area: id,
  feeder: 'F1',
  county: 'Luxi',
  latitude: 24.45,
  longitude: 98.1,
  datum: 'GCJ02',
  capacityKva: 200,
  radiusMeters: 350,
  name: null,
  ...more,
})

const mine = (id: string, more: Partial<Mine> = {}): Mine => ({
  mine: id,
  name: '老硐',
  kind: 'dig-point',
  county: 'Luxi',
  latitude: 24.4,
  longitude: 98.2,
  datum: 'WGS84',
  uncertaintyMeters: 50,
  openings: 2,
  sealing: 'broken',
  town: null,
  responsible: '乡政府',
  supervisor: null,
  closedOn: '2019-06-30',
  ...more,
})

test('row numbers are given at first import and never change', () => {
  const store = open()
  expect(store.putUsagePoints([samplePoint('U9', 'M9'), samplePoint('U1', 'M1')])).toMatchObject({
    added: 2,
    changed: 0,
    unchanged: 0,
    refused: [],
  })
  store.putAreas([area('T2'), area('T1')])
  expect(
    store.putUsagePoints([samplePoint('U1', 'M1', { area: 'T1' }), samplePoint('U5', 'M5'), samplePoint('U9', 'M9')]),
  ).toMatchObject({ added: 1, changed: 1, unchanged: 1 })
  const ledger = store.load()
  expect(ledger.usagePoints.id).toEqual(['U9', 'U1', 'U5'])
  expect([...ledger.usagePoints.area]).toEqual([NO_AREA, 1, NO_AREA])
  expect(ledger.areas.id).toEqual(['T2', 'T1'])
  expect(['M9', 'M1', 'M5', 'M0'].map((meter) => ledger.rowOfMeter(meter))).toEqual([0, 1, 2, -1])
})

test('a usage point without a position has its area’s, as uncertain as the area is wide', () => {
  const store = open()
  store.putUsagePoints([
    samplePoint('U1', 'M1', { area: 'T1' }),
    samplePoint('U2', 'M2', { latitude: 24.5, longitude: 98 }),
    samplePoint('U3', 'M3', { area: 'T9' }),
  ])
  expect(store.unknownAreas()).toEqual(['T1', 'T9'])
  store.putAreas([area('T1')])
  const { usagePoints } = store.load()
  expect([...usagePoints.latitude]).toEqual([24.45, 24.5, Number.NaN])
  expect([...usagePoints.uncertaintyMeters].slice(0, 2)).toEqual([350, 0])
  expect(store.unknownAreas()).toEqual(['T9'])
})

test('after a meter exchange the old meter still finds its usage point, until it measures another', () => {
  const store = open()
  store.putUsagePoints([samplePoint('U1', 'OLD'), samplePoint('U2', 'M2')])
  store.putUsagePoints([samplePoint('U1', 'NEW')])
  expect(['OLD', 'NEW', 'M2'].map((meter) => store.load().rowOfMeter(meter))).toEqual([0, 0, 1])
  store.putUsagePoints([samplePoint('U2', 'OLD')])
  expect(['OLD', 'NEW', 'M2'].map((meter) => store.load().rowOfMeter(meter))).toEqual([1, 0, 1])
})

test('a meter that measures another usage point is refused with the one that has it', () => {
  const store = open()
  const { added, refused } = store.putUsagePoints([samplePoint('U1', 'M1'), samplePoint('U2', 'M1'), samplePoint('U3', 'M3')])
  expect(added).toBe(2)
  expect(refused).toMatchObject([{ index: 1, field: 'meter', value: 'M1', reason: 'meter M1 already measures usage point U1' }])
})

test('the version rises with every change and with nothing else, and another process sees it', () => {
  const path = join(scratchDirectory(), 'ledger.db')
  const service = open(path)
  const importer = open(path)
  const versions = [service.version()]
  importer.putMines([mine('K1')])
  versions.push(service.version())
  importer.putMines([mine('K1')])
  versions.push(service.version())
  importer.putMines([mine('K1', { sealing: 'sealed' })])
  versions.push(service.version())
  expect(versions).toEqual([0, 1, 1, 2])
  expect(service.load().version).toBe(2)
  expect(service.mine('K1')).toEqual(mine('K1', { sealing: 'sealed' }))
})

test('lawful uses belong to known usage points', () => {
  const store = open()
  store.putUsagePoints([samplePoint('U0', 'M0'), samplePoint('U1', 'M1')])
  const use = { usagePoint: 'U1', use: 'kiln', from: 100, to: 200, permit: null, maxKw: 30 }
  const { added, refused } = store.putLawfulUses([use, { ...use, usagePoint: 'U7' }])
  expect([added, refused.length, refused[0].field]).toEqual([1, 1, 'usage_point'])
  expect(store.load().lawfulUses).toEqual(new Map([[1, [use]]]))
  expect(store.lawfulUsesOf('U1')).toEqual([use])
})

test('the ledgers are read page by page for the API', () => {
  const store = open()
  store.putMines(['K3', 'K1', 'K2'].map((id) => mine(id)))
  store.putAreas([area('T1')])
  store.putUsagePoints(['U2', 'U1', 'U3'].map((id, index) => samplePoint(id, `M${index}`, { area: 'T1' })))
  expect(store.mines({ limit: 2, after: '' }).map((row) => row.mine)).toEqual(['K1', 'K2'])
  expect(store.mines({ limit: 2, after: 'K2' }).map((row) => row.mine)).toEqual(['K3'])
  expect(store.usagePointsOfArea('T1', { limit: 2, after: 'U1' }).map((row) => row.usagePoint)).toEqual(['U2', 'U3'])
  expect(store.area('T1')).toEqual(area('T1'))
  expect(store.usagePoint('U9')).toBe(null)
  expect(store.counts()).toEqual({ usagePoints: 3, areas: 1, mines: 3, lawfulUses: 0 })
})

test('the ledger of files is the ledger of the database', () => {
  const points = [
    samplePoint('U1', 'M1', { area: 'T1', ctRatio: 30, ptRatio: 10, contractKw: 8, status: 'closed', statusSince: 77 }),
    samplePoint('U2', 'M2', { category: 'industrial' }),
  ]
  const uses = [{ usagePoint: 'U2', use: 'kiln', from: 100, to: 200, permit: null, maxKw: null }]
  const store = open()
  store.putAreas([area('T1')])
  store.putUsagePoints(points)
  store.putMines([mine('K1')])
  store.putLawfulUses(uses)
  const stored = store.load()
  const built = buildLedger(points, [area('T1')], [mine('K1')], uses)
  for (const key of ['usagePoints', 'areas', 'mines', 'lawfulUses'] as const) expect(stored[key]).toEqual(built[key])
  expect([...built.usagePoints.ratio]).toEqual([300, 1])
})
