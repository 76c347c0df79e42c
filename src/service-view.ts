/** What the API shows, put together from the parts of the service. */
import { join } from 'node:path'
import type { GapBook } from '../ingest/gap-book.ts'
import type { GatewayDirectory } from '../ingest/gateway-directory.ts'
import type { SqliteJournalReader } from '../ingest/journal-reader.ts'
import type { Quarantine } from '../ingest/quarantine.ts'
import type { Receiver } from '../ingest/receiver.ts'
import type { ReceiverStatus } from '../ingest/receiver-status.ts'
import type { RefusalBook } from '../ingest/refusal-book.ts'
import type { Packet } from '../model/packet.ts'
import type { AlertStore } from './alerts/alert-store.ts'
import type { Accounts } from './api/accounts.ts'
import type { HealthPart, ServiceParts } from './api/service-parts.ts'
import type { SingleSignOn } from './api/single-sign-on.ts'
import type { TokenStore } from './api/tokens.ts'
import type { AuditLog } from './audit/audit-log.ts'
import type { Config } from './config.ts'
import type { DataFiles } from './data-directory.ts'
import type { Judgement } from './judgement.ts'
import type { Judging } from './judging.ts'
import type { LedgerStore } from './ledger/ledger-store.ts'
import type { LedgerWatch } from './ledger-watch.ts'
import { LoadCurves } from './load-curves.ts'
import { MineObservability } from './mine-observability.ts'
import type { Webhooks } from './notify/webhooks.ts'
import { RankedAlerts } from './ranked-alerts.ts'
import { ReportingMeters } from './reporting-meters.ts'
import { healthOf } from './service-health.ts'
import { TopologyDoubts } from './topology-doubts.ts'
import type { WatchedStore } from './watched-store.ts'

export interface Running {
  readonly version: string
  readonly demo: boolean
  readonly config: Config
  readonly files: DataFiles
  readonly tokens: TokenStore
  readonly accounts: Accounts
  readonly singleSignOn: SingleSignOn | null
  readonly feedKey: Uint8Array
  readonly audit: AuditLog
  readonly directory: GatewayDirectory
  readonly edgeRefusals: RefusalBook
  readonly gaps: GapBook
  readonly ledgers: LedgerStore
  readonly watch: Pick<LedgerWatch, 'current' | 'trouble' | 'waiting'>
  readonly alerts: AlertStore
  readonly quarantine: Quarantine
  readonly replay: (packet: Packet) => Promise<void>
  readonly store: WatchedStore
  readonly receiver: Receiver
  readonly journal: SqliteJournalReader
  readonly judging: Pick<Judging, 'judgement' | 'lateAreas' | 'alertsTrouble' | 'trouble'>
  /** Undefined while they are not open. */
  readonly webhooks: () => Webhooks | undefined
  /** Packets of the archive that cannot be read any more. */
  readonly damagedPackets: () => number
  /** What of the audit log does not hold. */
  readonly auditDamage: () => string | undefined
}

const RECENT_GAPS = 50

export function serviceParts(running: Running): ServiceParts {
  const { version, demo, config, tokens, audit, directory, ledgers, watch, alerts, quarantine, replay, store, journal } = running
  const { judging, accounts, singleSignOn, feedKey } = running
  const { judgement } = judging
  const ledger = () => watch.current
  const meters = new ReportingMeters(judgement, ledger)
  const ranked = new RankedAlerts(alerts, config.detectors, judgement.bank.clock.shift + 43_200)
  return {
    version,
    demo,
    timeZone: config.timeZone,
    alerts: ranked,
    ledger,
    records: ledgers,
    curves: new LoadCurves(store, judgement.bank.clock, ledger, config.detectors.surplus.steadiestW),
    observability: new MineObservability(judgement, ledger),
    topologyDoubts: new TopologyDoubts(judgement, ledger, ledgers),
    audit,
    holderOf: (token) => tokens.holderOf(token),
    accounts,
    singleSignOn,
    feedKey,
    gateways: {
      list: () => gatewaysOf(directory, judgement),
      upstreamGaps: () =>
        running.gaps.list(RECENT_GAPS).map((gap) => ({
          ...gap,
          meters: gap.gateways.reduce((sum, gateway) => sum + judgement.owners.count(gateway), 0),
        })),
      edgeRefusals: () => Map.groupBy(running.edgeRefusals.list(), ({ gateway }) => gateway),
      create: (name) => ({ gateway: name, password: directory.add(name, new Date()) }),
    },
    quarantine: {
      list: (filter) => quarantine.list(filter),
      get: (id) => quarantine.get(id),
      replay: (filter) => quarantine.replay(filter, replay),
    },
    workList: async (at, counties) => {
      const moment = at ?? (judgement.newestStart > 0 ? judgement.newestStart * 1000 : null)
      return moment === null ? null : await ranked.workList(moment, counties)
    },
    meters: (counties) => meters.count(performance.now(), counties),
    progress: () => {
      const { stored, duplicate, superseded, quarantined } = judgement.books.total()
      const received = journal.lastPosition()
      return {
        packetsReceived: received,
        readings: { stored, duplicate, superseded, quarantined },
        pending: received - judgement.position,
        judgedPosition: judgement.position,
        lateAreas: judging.lateAreas,
        lastReadingAt: judgement.newestStart > 0 ? judgement.newestStart : null,
      }
    },
    health: () => health(running),
  }
}

/** Registered gateways, and those that sent through an external broker or a file. */
function gatewaysOf(directory: GatewayDirectory, { books, owners }: Judgement): ReturnType<ServiceParts['gateways']['list']> {
  const heard = new Map(books.gateways().map((name): [string, number] => [name, books.lastReceivedAt(name)]))
  for (const { name, lastSeenAt } of directory.list()) heard.set(name, Math.max(lastSeenAt ?? 0, heard.get(name) ?? 0))
  return [...heard]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([gateway, at]) => ({ gateway, lastSeenAt: at > 0 ? at : null, book: books.of(gateway), meters: owners.count(gateway) }))
}

async function health(running: Running): Promise<readonly HealthPart[]> {
  const { files, receiver, journal, judging, store, audit, watch, gaps, damagedPackets, auditDamage, webhooks } = running
  return healthOf({
    directory: files.directory,
    receiver: await statusOf(receiver),
    edge: receiver.edgeAddresses.map(({ host, port, tls }) => `${host}:${port}${tls ? ' (TLS)' : ''}`),
    judgedPosition: judging.judgement.position,
    lastPosition: journal.lastPosition(),
    storeTrouble: store.trouble,
    alertsTrouble: judging.alertsTrouble,
    auditTrouble: audit.trouble,
    ledgersTrouble: watch.trouble,
    ledgersWaitedFor: watch.waiting,
    now: Date.now(),
    judgingTrouble: judging.trouble,
    gap: gaps.list(1)[0],
    damagedPackets: damagedPackets(),
    auditDamage: auditDamage(),
    signOn: running.singleSignOn,
    setAside: [files.damaged, join(files.readings, 'set-aside')],
    webhooks: webhooks()?.states() ?? [],
  })
}

async function statusOf(receiver: Receiver): Promise<ReceiverStatus | undefined> {
  try {
    return await receiver.status()
  } catch {
    return undefined
  }
}
