/** What the API shows, put together from the parts of the service. */
import type { GatewayDirectory } from '../ingest/gateway-directory.ts'
import type { SqliteJournalReader } from '../ingest/journal-reader.ts'
import type { Receiver } from '../ingest/receiver.ts'
import type { ReceiverStatus } from '../ingest/receiver-status.ts'
import type { AlertStore } from './alerts/alert-store.ts'
import type { ServiceParts } from './api/service-parts.ts'
import type { TokenStore } from './api/tokens.ts'
import type { Config } from './config.ts'
import type { DataFiles } from './data-directory.ts'
import type { LedgerStore } from './ledger/ledger-store.ts'
import type { LedgerWatch } from './ledger-watch.ts'
import { healthOf } from './service-health.ts'

export interface Running {
  readonly version: string
  readonly demo: boolean
  readonly config: Config
  readonly files: DataFiles
  readonly tokens: TokenStore
  readonly directory: GatewayDirectory
  readonly ledgers: LedgerStore
  readonly watch: LedgerWatch
  readonly alerts: AlertStore
  readonly receiver: Receiver
  readonly journal: SqliteJournalReader
}

const EMPTY_BOOK = { received: 0, stored: 0, duplicate: 0, superseded: 0, quarantined: 0, pending: 0 }

export function serviceParts(running: Running): ServiceParts {
  const { version, demo, config, files, tokens, directory, watch, alerts, receiver, journal } = running
  return {
    version,
    demo,
    timeZone: config.timeZone,
    alerts,
    ledger: () => watch.current,
    loadProfile: () => Promise.reject(new Error('no reading store yet')),
    roleOf: (token) => tokens.roleOf(token),
    gateways: {
      list: () => directory.list().map(({ name, lastSeenAt }) => ({ gateway: name, lastSeenAt, book: EMPTY_BOOK })),
      create: (name) => ({ gateway: name, password: directory.add(name, new Date()) }),
    },
    quarantine: { list: () => [], get: () => undefined, replay: async () => 0 },
    progress: () => ({
      packetsReceived: journal.lastPosition(),
      readings: { stored: 0, duplicate: 0, superseded: 0, quarantined: 0 },
      pending: 0,
      judgedPosition: 0,
      lastReadingAt: null,
      meters: { known: watch.current.usagePoints.length, reporting: 0 },
    }),
    health: async () =>
      healthOf({
        directory: files.directory,
        receiver: await statusOf(receiver),
        edge: receiver.edgeAddress && `${receiver.edgeAddress.host}:${receiver.edgeAddress.port}`,
        judgedPosition: 0,
        lastPosition: journal.lastPosition(),
        storeTrouble: undefined,
      }),
  }
}

async function statusOf(receiver: Receiver): Promise<ReceiverStatus | undefined> {
  try {
    return await receiver.status()
  } catch {
    return undefined
  }
}
