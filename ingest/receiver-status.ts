import type { TlsStatus } from './edge-tls.ts'
import type { GatewayTraffic } from './gateway-traffic.ts'
import type { IngestRefusal } from './refusal-log.ts'

/** What the receiving half says about itself. Counts are since its start. */
export interface ReceiverStatus {
  readonly connections: number
  /** Packets on disk and acknowledged, and their payload bytes. */
  readonly packets: number
  readonly bytes: number
  /** Over the last ten seconds or so. */
  readonly packetsPerSecond: number
  readonly lastPosition: number
  readonly journalBytes: number
  readonly gateways: readonly GatewayTraffic[]
  readonly refusals: { readonly recent: readonly IngestRefusal[]; readonly counts: Readonly<Record<string, number>> }
  /** Null when the edge speaks no TLS. */
  readonly tls: TlsStatus | null
  readonly source: SourceStatus | null
  /** Cleared by the next commit that works. */
  readonly commitError: { readonly at: number; readonly message: string } | null
  /** Journal rows whose checksum did not hold on archiving. */
  readonly corruptRows: number
}

/** The connection to an external broker. Times are epoch milliseconds. */
export interface SourceStatus {
  readonly state: 'connecting' | 'connected' | 'waiting' | 'closed'
  readonly connectedAt: number | null
  readonly reconnects: number
  readonly lastError: { readonly at: number; readonly message: string } | null
}
