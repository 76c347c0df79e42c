import type { UpstreamGap as GapOfBroker } from '../../ingest/gap-book.ts'
import type { RefusalCount } from '../../ingest/refusal-book.ts'
import type { Alert } from '../../model/alert.ts'
import type { AlertEvent } from '../../model/alert-event.ts'
import type { AlertPage, AlertQuery } from '../../model/alert-query.ts'
import type { Area } from '../../model/area.ts'
import type { AuditReader, AuditWriter } from '../../model/audit-record.ts'
import type { Counties } from '../../model/counties.ts'
import type { GatewayBook } from '../../model/gateway-book.ts'
import type { Ledger } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import type { Observability } from '../../model/observability.ts'
import type { TopologyDoubt, TopologyDoubtPage, TopologyDoubtQuery } from '../../model/topology-doubt.ts'
import type { UsagePoint } from '../../model/usage-point.ts'
import type { WorkListSummary } from '../../model/work-list.ts'
import type { LoadProfile } from '../stores/reading-store.ts'
import type { Accounts } from './accounts.ts'
import type { SingleSignOn } from './single-sign-on.ts'
import type { TokenHolder } from './tokens.ts'

/** What the API shows of the service; src/app.ts fills it in. */
export interface ServiceParts {
  readonly version: string
  readonly demo: boolean
  readonly timeZone: string
  readonly alerts: AlertReader
  readonly gateways: GatewayList
  readonly quarantine: QuarantineList
  ledger(): Ledger
  /** The ledgers' records by id, with what the columns leave out. */
  readonly records: LedgerRecords
  readonly curves: LoadCurveSource
  readonly observability: ObservabilityReader
  readonly topologyDoubts: TopologyDoubtReader
  readonly audit: AuditWriter & AuditReader
  holderOf(token: string): TokenHolder | undefined
  readonly accounts: Accounts
  /** null: not configured. */
  readonly singleSignOn: SingleSignOn | null
  /** Enciphers what a client bound to counties must not be able to count. */
  readonly feedKey: Uint8Array
  /** The list of the week that ends with the day of `at` (epoch milliseconds; null: of the newest reading), null before the first. */
  workList(at: number | null, counties: Counties): Promise<(WorkListSummary & { readonly ids: readonly string[] }) | null>
  /** Usage points that are read and should be, and how many of them were within the last day of event time. */
  meters(counties: Counties): { readonly known: number; readonly reporting: number }
  progress(): Progress
  health(): Promise<readonly HealthPart[]>
}

export interface AlertReader {
  list(query: AlertQuery, counties: Counties): Promise<AlertPage>
  get(id: string): Promise<Alert | undefined>
  /** Where their subjects lie; those there are, null where no ledger says. */
  countiesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string | null>>
  eventsAfter(sequence: number, limit: number): Promise<readonly AlertEvent[]>
  lastSequence(): number
  onEvents(listener: (events: readonly AlertEvent[]) => void): () => void
  counts(): { readonly open: number; readonly cleared: number }
  countsIn(counties: readonly string[]): Promise<{ readonly open: number; readonly cleared: number }>
}

export interface LedgerRecords {
  /** Those there are. */
  usagePoints(ids: readonly string[]): Promise<ReadonlyMap<string, UsagePoint>>
  areas(ids: readonly string[]): Promise<ReadonlyMap<string, Area>>
}

/** What would be seen of power taken to a mine, as the detectors stand now. */
export interface ObservabilityReader {
  /** Undefined when no ledger knows the mine. */
  of(mine: string): Observability | undefined
  all(): AsyncIterable<MineWatch>
}

export interface MineWatch {
  readonly mine: Mine
  readonly observability: Observability
}

/** Meters whose booking or multiplier is in doubt, as the detectors stand now: those booked in the counties. */
export interface TopologyDoubtReader {
  /** Rejects with RangeError for a cursor that is none of its own. */
  list(query: TopologyDoubtQuery, counties: Counties): Promise<TopologyDoubtPage>
  /** By row of the area: booked on it or probably fed by it. */
  ofArea(area: number, counties: Counties): Promise<readonly TopologyDoubt[]>
  all(counties: Counties): AsyncIterable<TopologyDoubt>
}

/** For starts in [from, to), UTC seconds. */
export interface LoadCurveSource {
  ofUsagePoint(usagePoint: number, from: number, to: number): Promise<LoadCurve>
  /** What an area's transformer supplies and no meter counts; its band is of the days before `before` (UTC seconds), none when null. */
  ofResidual(area: number, from: number, to: number, before: number | null): Promise<LoadCurve>
}

export interface LoadCurve {
  readonly profile: LoadProfile
  /** The band the load was expected in, W for each start, NaN where unknown; null while too little is known. */
  readonly expected: { readonly lowW: Float32Array; readonly highW: Float32Array } | null
}

export interface GatewayState {
  readonly gateway: string
  readonly lastSeenAt: number | null
  readonly book: GatewayBook
  /** Usage points that are the gateway's own: no other may report them. */
  readonly meters: number
}

/** With how many usage points its gateways have. */
export interface UpstreamGap extends GapOfBroker {
  readonly meters: number
}

/** Refusals of one kind, with the latest case. */
export type EdgeRefusals = Omit<RefusalCount, 'gateway'>

/** Instants are epoch milliseconds, null when it never happened. */
export interface GatewayList {
  list(): readonly GatewayState[]
  /** Times in which an external broker had forgotten our session, latest first. */
  upstreamGaps(): readonly UpstreamGap[]
  /** What was refused at the MQTT edge, by gateway; under '' of those who are not registered. */
  edgeRefusals(): ReadonlyMap<string, readonly EdgeRefusals[]>
  /** Throws Refusal when the name is taken. */
  create(name: string): { readonly gateway: string; readonly password: string }
}

export interface RefusedPayload {
  readonly id: number
  readonly gateway: string
  readonly topic: string
  /** Epoch milliseconds. */
  readonly receivedAt: number
  readonly code: string
  readonly field: string
  readonly value: string
  readonly reason: string
  readonly remedy: string
  /** Readings it stands for in the book. */
  readonly readings: number
}

export interface QuarantineList {
  /** Newest first, ids below `before`. */
  list(filter: { gateway?: string; code?: string; before?: number; limit: number }): readonly RefusedPayload[]
  get(id: number): { readonly refused: RefusedPayload; readonly payload: Uint8Array } | undefined
  /** Puts refused payloads back at the end of the journal; resolves with how many. */
  replay(filter: { ids?: readonly number[]; gateway?: string; code?: string }): Promise<number>
}

export interface Progress {
  readonly packetsReceived: number
  /** Readings by what became of them, as in the book. */
  readonly readings: Omit<GatewayBook, 'received' | 'pending'>
  /** Packets on disk that were not judged yet. */
  readonly pending: number
  readonly judgedPosition: number
  /** Areas, and usage points without one, that wait to be judged again because readings came late. */
  readonly lateAreas: number
  /** Start of the newest interval judged, UTC seconds, null before the first. */
  readonly lastReadingAt: number | null
}

export interface HealthPart {
  readonly part: 'journal' | 'store' | 'detectors' | 'broker' | 'database' | 'webhooks' | 'disk' | 'files' | 'issuer'
  readonly status: 'pass' | 'warn' | 'fail'
  /** What it is, or what is wrong and what to do. */
  readonly detail: string
}
