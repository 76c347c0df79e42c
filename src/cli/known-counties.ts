import { existsSync } from 'node:fs'
import { covers } from '../../model/counties.ts'
import type { Config } from '../config.ts'
import type { DataFiles } from '../data-directory.ts'
import { openLedgers } from '../open-ledgers.ts'
import { complain } from './command-output.ts'

/** A binding that no county of the ledgers fits shows nothing: a slip of the pen is told, and taken all the same. */
export async function warnOfUnknownCounties(
  config: Pick<Config, 'database'>,
  files: DataFiles,
  bound: readonly string[] | undefined,
): Promise<void> {
  if (!bound || (config.database.kind === 'embedded' && !existsSync(files.ledger))) return
  const store = await openLedgers(config, files)
  const known = await store.counties()
  await store.close()
  for (const entry of bound) {
    if (!known.some((county) => covers([entry], county))) {
      complain(
        `No area or mine of the ledgers lies in ${entry}: nothing is visible by it until one does. Known: ${known.join(', ')}`,
      )
    }
  }
}
