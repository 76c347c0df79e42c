import { existsSync } from 'node:fs'
import { covers } from '../../model/counties.ts'
import type { DataFiles } from '../data-directory.ts'
import { LedgerStore } from '../ledger/ledger-store.ts'
import { complain } from './command-output.ts'

/** A binding that no county of the ledgers fits shows nothing: a slip of the pen is told, and taken all the same. */
export function warnOfUnknownCounties(files: DataFiles, bound: readonly string[] | undefined): void {
  if (!bound || !existsSync(files.ledger)) return
  const store = new LedgerStore(files.ledger)
  const known = store.counties()
  store.close()
  for (const entry of bound) {
    if (!known.some((county) => covers([entry], county))) {
      complain(
        `No area or mine of the ledgers lies in ${entry}: nothing is visible by it until one does. Known: ${known.join(', ')}`,
      )
    }
  }
}
