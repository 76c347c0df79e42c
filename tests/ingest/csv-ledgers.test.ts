import { expect, test } from 'vitest'
import type { CsvReject } from '../../ingest/csv-reject.ts'
import { readEvents, readLawfulUses, readMines, readUsagePoints, type TableOptions } from '../../ingest/csv-table.ts'
import { TimeZone } from '../../ingest/time-zone.ts'
import { chunksOf } from './sample-csv.ts'

function optionsInto(rejects: CsvReject[]): TableOptions {
  return { zone: new TimeZone('Asia/Shanghai'), territory: null, reject: (reject) => rejects.push(reject) }
}

test('a usage point in full, and one with all that may be left out', async () => {
  const text = `usage_point,meter,area,category,latitude,longitude,contract_kw,ct_ratio,pt_ratio,status,status_since,role,name,county
U1,M1,T1,Industrial,24.5,98.1,315,40,100,暂停,2020-02-01,area-total,"王, 二",芒市
U2,M2,,居民,,,,,,,,,,
`
  const { records } = await readUsagePoints(chunksOf(text), optionsInto([]))
  expect(records[0]).toEqual({
    usagePoint: 'U1',
    meter: 'M1',
    area: 'T1',
    category: 'industrial',
    latitude: 24.5,
    longitude: 98.1,
    datum: 'WGS84',
    contractKw: 315,
    ctRatio: 40,
    ptRatio: 100,
    status: 'suspended',
    statusSince: Date.UTC(2020, 0, 31, 16) / 1000,
    role: 'area-total',
    name: '王, 二',
    county: '芒市',
  })
  expect(records[1]).toMatchObject({
    area: null,
    category: 'residential',
    latitude: null,
    ctRatio: null,
    status: 'active',
    role: 'customer',
    name: null,
  })
})

test.each([
  ['U1,1.02E+11,T1,public,,', 'meter', /rounded number/, /as text/],
  ['U1,M 1,T1,public,,', 'meter', /letters, digits/, /./],
  [',M1,T1,public,,', 'usage_point', /is empty/, /./],
  ['U1,M1,T1,,,', 'category', /is empty/, /./],
  ['U1,M1,T1,public,24.5,', 'longitude', /one half/, /neither/],
  ['U1,M1,T1,public,24°30,98', 'latitude', /not a number/, /without units/],
  ['U1,M1,T1,public,24.5,98,extra', '', /7 fields, the header 6/, /quotes/],
])('%s is rejected at %s', async (row, column, reason, remedy) => {
  const rejects: CsvReject[] = []
  const { records } = await readUsagePoints(
    chunksOf(`usage_point,meter,area,category,latitude,longitude\n${row}\n`),
    optionsInto(rejects),
  )
  expect([records.length, rejects.length]).toEqual([0, 1])
  expect([rejects[0].line, rejects[0].column, rejects[0].row]).toEqual([2, column, row])
  expect(rejects[0].reason).toMatch(reason)
  expect(rejects[0].remedy).toMatch(remedy)
})

test('names in GBK are refused, not garbled', async () => {
  const rejects: CsvReject[] = []
  const gbk = Buffer.concat([
    Buffer.from('mine,name,kind,county,latitude,longitude\nK1,'),
    Buffer.from([0xc0, 0xcf, 0xb6, 0xb4]),
    Buffer.from(',dig-point,Luxi,24,98\n'),
  ])
  const { records } = await readMines(chunksOf(gbk), optionsInto(rejects))
  expect(records).toEqual([])
  expect(rejects).toMatchObject([
    { column: 'name', reason: 'the text is not UTF-8', remedy: expect.stringContaining('CSV UTF-8') },
  ])
})

test('a mine in words of the office, its position shifted back from the map’s datum', async () => {
  const text =
    'mine,name,kind,county,latitude,longitude,datum,sealing,closed_on,openings\nK1,老硐,政策性关闭,芒市,24.4472,98.1012,gcj02,封堵不彻底,2019-06-30,3\n'
  const { records } = await readMines(chunksOf(text), optionsInto([]))
  expect(records).toMatchObject([
    {
      kind: 'policy-closed',
      sealing: 'partly-sealed',
      closedOn: '2019-06-30',
      openings: 3,
      datum: 'GCJ02',
      uncertaintyMeters: 50,
    },
  ])
  expect(Math.abs(records[0].latitude - 24.4472)).toBeGreaterThan(0.001)
})

test('a lawful use has its days in local time, and does not end before it begins', async () => {
  const rejects: CsvReject[] = []
  const text =
    'usage_point,use,from,to,permit,max_kw\nU1,茶叶加工,2026-03-01,2026-05-01,P-7,15\nU1,kiln,2026-05-01,2026-03-01,,\nU1,kiln,,2026-03-01,,\n'
  const { records } = await readLawfulUses(chunksOf(text), optionsInto(rejects))
  expect(records).toEqual([
    {
      usagePoint: 'U1',
      use: '茶叶加工',
      from: Date.UTC(2026, 1, 28, 16) / 1000,
      to: Date.UTC(2026, 3, 30, 16) / 1000,
      permit: 'P-7',
      maxKw: 15,
    },
  ])
  expect(rejects.map(({ line, column }) => [line, column])).toEqual([
    [3, 'to'],
    [4, 'from'],
  ])
})

test('events keep their own codes', async () => {
  const { records } = await readEvents(chunksOf('code,at,meter\ndsmr:44,2026-11-24T01:02:03+08:00,M1\n'), optionsInto([]))
  expect(records).toEqual([{ meter: 'M1', at: Date.UTC(2026, 10, 23, 17, 2, 3) / 1000, code: 'dsmr:44', detail: '' }])
})
