import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where real measurements for development lie: they are not part of the project. */
export const SHARED_DATA = process.env.ADIT_SHARED_DATA ?? join(import.meta.dirname, '../../../shared/data')

export const GYMS = join(SHARED_DATA, 'hotgym_5gyms_2010_15min.csv.gz')
export const BUILDING = join(SHARED_DATA, 'lbnl_test_kw_15min_2013.csv')
export const GOLD_MINES = join(SHARED_DATA, 'usgs_mrds_gold_lode.geojson.gz')

/** Says loudly what is skipped when the data is not there; throws under CI=true unless ADIT_SHARED_DATA is set to nothing on purpose. */
export function requireSharedData(): boolean {
  if ([GYMS, BUILDING, GOLD_MINES].every((file) => existsSync(file))) return true
  console.warn(`\n  SKIPPED  no real measurements in ${SHARED_DATA}: name their folder in ADIT_SHARED_DATA\n`)
  return false
}
