/** What the MQTT edge puts up with. */
export interface EdgeLimits {
  /** Largest packet, bytes. */
  readonly packetBytes: number
  /** Largest packet before the login is accepted, bytes. */
  readonly loginBytes: number
  readonly connections: number
  readonly connectionsPerGateway: number
  readonly connectMilliseconds: number
  /** A client that does not take its acknowledgements for so long is dropped. */
  readonly drainMilliseconds: number
  /** Who is silent for longer than 1.5 × this, or 1.5 × its own keepalive if shorter, is dropped. */
  readonly keepaliveSeconds: number
}

export const EDGE_LIMITS: EdgeLimits = {
  packetBytes: 1024 * 1024,
  loginBytes: 16 * 1024,
  connections: 5_000,
  connectionsPerGateway: 16,
  connectMilliseconds: 10_000,
  drainMilliseconds: 30_000,
  keepaliveSeconds: 3_600,
}
