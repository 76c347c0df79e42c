import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Area } from '../../model/area.ts'
import { KnownRows } from '../../src/known-rows.ts'
import { buildLedger } from '../../src/ledger/build-ledger.ts'
import { samplePoint } from '../ingest/sample-ledger.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'

const areaOf = (area: string): Area => ({
  ...{ area, feeder: 'F1', county: 'Luxi', latitude: 24, longitude: 98, datum: 'WGS84' },
  ...{ capacityKva: null, radiusMeters: null, name: null },
})

const ledgerOf = (points: readonly string[], areas: readonly string[] = []) =>
  buildLedger(
    points.map((id) => samplePoint(id, `m${id}`)),
    areas.map(areaOf),
    [],
    [],
  )

const many = Array.from({ length: 25_000 }, (_, row) => `U${row}`)

test('ledgers elsewhere may grow, and are refused when they are older, others, or in another order', () => {
  const path = join(scratchDirectory(), 'ledger-rows')
  const accept =
    (points: readonly string[], areas: readonly string[] = []) =>
    () =>
      new KnownRows(path).accept(ledgerOf(points, areas), 'the database')
  accept([])()
  expect(new KnownRows(path).any).toBe(false)
  accept(many, ['T1', 'T2'])()
  accept([...many, 'U-new'], ['T1', 'T2', 'T3'])()
  expect(new KnownRows(path).any).toBe(true)
  const areas = ['T1', 'T2', 'T3']
  expect(accept([], areas)).toThrow(/usage points of the database: there are 0 of 25001 .*ledger-rows/)
  expect(accept(many, areas)).toThrow(/there are 25000 of 25001/)
  expect(accept([...many, 'U-other'], areas)).toThrow(/the first 25001 are not those/)
  expect(accept(['U1', 'U0', ...many.slice(2), 'U-new'], areas)).toThrow(/not in the order/)
  expect(accept([...many, 'U-new'], ['T1', 'T3', 'T2'])).toThrow(/areas of the database: the first 3 are not those/)
  accept([...many, 'U-new', 'U-next'], areas)()
})

test('what was refused is not noted, and a note that is none of ours is', () => {
  const path = join(scratchDirectory(), 'ledger-rows')
  const known = new KnownRows(path)
  known.beginWith(ledgerOf(['U1', 'U2']))
  expect(() => known.accept(ledgerOf(['U2', 'U1']), 'the database')).toThrow(/usage points/)
  expect(existsSync(path)).toBe(false)
  writeFileSync(path, '{"usagePoints":3}')
  expect(() => new KnownRows(path)).toThrow(/not as we write it/)
})
