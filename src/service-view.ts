/** What the API shows, put together from the parts of the service. */
import type { GatewayDirectory } from '../ingest/gateway-directory.ts'
import type { SqliteJournalReader } from '../ingest/journal-reader.ts'
import type { Receiver } from '../ingest/receiver.ts'
import type { ReceiverStatus } from '../ingest/receiver-status.ts'
import type { AlertStore } from './alerts/alert-store.ts'
import { ApiProblem } from './api/problem.ts'
import type { ServiceParts } from './api/service-parts.ts'
import type { TokenStore } from './api/tokens.ts'
import type { Config } from './config.ts'
import type { DataFiles } from './data-directory.ts'
import type { LedgerStore } from './ledger/ledger-store.ts'
import type { LedgerWatch } from './ledger-watch.ts'
import { healthOf } from './service-health.ts'
import type { LoadProfile } from './stores/reading-store.ts'
import { StoreUnavailable } from './stores/store-unavailable.ts'
import type { WatchedStore } from './watched-store.ts'

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
  readonly store: WatchedStore
  readonly receiver: Receiver
  readonly journal: SqliteJournalReader
}

const EMPTY_BOOK = { received: 0, stored: 0, duplicate: 0, superseded: 0, quarantined: 0, pending: 0 }

export function serviceParts(running: Running): ServiceParts {
  const { version, demo, config, files, tokens, directory, watch, alerts, store, receiver, journal } = running
  return {
    version,
    demo,
    timeZone: config.timeZone,
    alerts,
    ledger: () => watch.current,
    loadProfile: (usagePoint, from, to) => profileOf(store, usagePoint, from, to),
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
        storeTrouble: store.trouble,
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

async function profileOf(store: WatchedStore, usagePoint: number, from: number, to: number): Promise<LoadProfile> {
  try {
    return await store.loadProfile(usagePoint, from, to)
  } catch (error) {
    if (error instanceof StoreUnavailable) throw new ApiProblem(503, 'store-unavailable', error.message)
    throw error
  }
}
