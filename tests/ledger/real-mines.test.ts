import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { TimeZone } from '../../ingest/time-zone.ts'
import { importFiles } from '../../src/import-files.ts'
import { LedgerStore } from '../../src/ledger/ledger-store.ts'

const DATA = process.env.ADIT_SHARED_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
const HEADER = ['mine', 'name', 'kind', 'county', 'latitude', 'longitude', 'uncertainty_m']
const MRDS = 'usgs_mrds_gold_lode.geojson.gz'
const USMIN = 'usgs_usmin_klamath.csv.gz'
const missing = [MRDS, USMIN].filter((name) => !existsSync(join(DATA, name)))
if (missing.length > 0) console.warn(`SKIPPED: real mine lists, ${missing.join(', ')} not in ${DATA}; set ADIT_SHARED_DATA`)

const Features = z.object({
  features: z.array(
    z.object({
      geometry: z.object({ coordinates: z.tuple([z.number(), z.number()]) }),
      properties: z.object({
        id: z.int(),
        name: z.string(),
        development_status: z.string().nullish(),
        county_code: z.string().nullish(),
      }),
    }),
  ),
})
const UsminRow = z.object({
  gid: z.string(),
  ftr_type: z.string(),
  ftr_name: z.string(),
  county: z.string(),
  latitude: z.string(),
  longitude: z.string(),
})

async function importMines(
  rows: readonly (readonly unknown[])[],
  territory: { south: number; west: number; north: number; east: number },
) {
  const directory = mkdtempSync(join(tmpdir(), 'adit-mines-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'mines.csv')
  writeFileSync(file, stringify([HEADER, ...rows], { bom: true }))
  const data = join(directory, 'data')
  const [outcome] = await importFiles([file], {
    data,
    database: { kind: 'embedded' },
    dryRun: false,
    zone: new TimeZone('America/Los_Angeles'),
    territory,
    now: Date.UTC(2026, 10, 24),
    futureSeconds: 300,
    progress: () => {},
  })
  const store = await LedgerStore.open({ database: { kind: 'embedded' }, file: join(data, 'ledger.db') })
  onTestFinished(() => store.close())
  return { outcome, mines: (await store.load()).mines }
}

function mrdsRows(): readonly (readonly unknown[])[] {
  const { features } = Features.parse(JSON.parse(gunzipSync(readFileSync(join(DATA, MRDS))).toString()))
  return features.map(({ geometry: { coordinates }, properties: { id, name, development_status, county_code } }) => {
    const kind = development_status === 'Past Producer' ? 'normal-closed' : 'dig-point'
    return [id, name, kind, county_code ?? '', coordinates[1], coordinates[0], 500]
  })
}

test.skipIf(missing.length > 0)('the 2,114 gold mines of northern California are a ledger of mines', async () => {
  const rows = mrdsRows()
  const { outcome, mines } = await importMines(rows, { south: 35, west: -125, north: 42.5, east: -115 })
  const ids = new Set(rows.map(([id]) => String(id)))
  expect(rows.length).toBe(2114)
  expect(outcome.rejected).toBe(0)
  expect(mines.length).toBe(ids.size)
  expect(mines.find(({ mine }) => mine === '10109121')).toMatchObject({
    name: 'Gold Bank Consolidated Quartz',
    latitude: 39.5344,
    longitude: -121.2494,
    kind: 'dig-point',
  })
})

test.skipIf(missing.length > 0)('with the axes swapped every one of them is refused, and told so', async () => {
  const swapped = mrdsRows().map(([id, name, kind, county, latitude, longitude, uncertainty]) => [
    id,
    name,
    kind,
    county,
    longitude,
    latitude,
    uncertainty,
  ])
  const { outcome, mines } = await importMines(swapped, { south: 35, west: -125, north: 42.5, east: -115 })
  expect([outcome.rejected, mines.length]).toEqual([2114, 0])
  expect(outcome.rejects.every(({ reason }) => reason.includes('latitude and longitude are swapped'))).toBe(true)
})

test.skipIf(missing.length > 0)('the 4,404 mine features of the Klamath mountains are taken with every quoted name', async () => {
  const rows = z.array(UsminRow).parse(parse(gunzipSync(readFileSync(join(DATA, USMIN))), { columns: true, bom: true }))
  const { outcome, mines } = await importMines(
    rows.map(({ gid, ftr_type, ftr_name, county, latitude, longitude }) => [
      gid,
      ftr_name || ftr_type,
      'normal-closed',
      county,
      latitude,
      longitude,
      100,
    ]),
    { south: 38, west: -125, north: 44, east: -120 },
  )
  expect([outcome.rejected, mines.length]).toEqual([0, new Set(rows.map(({ gid }) => gid)).size])
  expect(mines.filter(({ county }) => county === 'Del Norte').length).toBe(561)
  expect(mines.find(({ mine }) => mine === '365865')).toMatchObject({ name: 'Borrow Pit', county: 'Klamath' })
})
