/** The ledgers as the service has them: moved into the database where need be, and watched. */
import type { Logger } from 'pino'
import type { AuditWriter } from '../model/audit-record.ts'
import { audited } from './audit/audited.ts'
import type { Config } from './config.ts'
import type { DataFiles } from './data-directory.ts'
import type { LedgerStore } from './ledger/ledger-store.ts'
import { LedgerWatch, type VersionedLedgers } from './ledger-watch.ts'
import { openLedgers } from './open-ledgers.ts'

export async function openServiceLedgers(
  config: Config,
  files: DataFiles,
  audit: AuditWriter,
  log: Logger,
): Promise<LedgerStore> {
  const unended = (error: unknown) => log.error({ err: error }, 'the end of the copying is not in the audit log')
  return await openLedgers(config, files, {
    trouble: (error) => log.warn({ err: error }, 'a connection to the database broke off'),
    move: async (file, into, copy) => {
      log.info({ file }, 'the ledgers are being copied into the database')
      const what = { actor: 'service', role: null, action: 'ledgers.move', subject: into, detail: { file } } as const
      await audited(audit, { ...what, unended }, copy)
      log.warn({ file }, 'the ledgers were copied into the database; the file stays as it is and is not used any more')
    },
  })
}

export async function watchLedgers(ledgers: VersionedLedgers, log: Logger): Promise<LedgerWatch> {
  return await LedgerWatch.open(ledgers, (trouble) => {
    if (trouble) log.warn({ err: trouble }, 'changes of the ledgers are not seen; judging goes on with those that are known')
    else log.info('changes of the ledgers are seen again')
  })
}
