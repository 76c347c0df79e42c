import type { Alert } from '../model/alert.ts'
import type { Place } from '../model/alert-query.ts'
import { AlertStore } from './alerts/alert-store.ts'
import type { Config } from './config.ts'
import type { DataFiles } from './data-directory.ts'
import { directoryId } from './directory-id.ts'

/** The alerts of this data directory, wherever its configuration keeps them. */
export async function openAlerts(
  { database }: Pick<Config, 'database'>,
  files: DataFiles,
  placesOf: (subjects: readonly Alert['subject'][]) => Promise<readonly Place[]>,
  trouble?: (error: Error) => void,
): Promise<AlertStore> {
  return await AlertStore.open({
    database,
    file: files.alerts,
    journal: () => directoryId(files.directoryId),
    placesOf,
    ...(trouble && { trouble }),
  })
}
