import { z } from 'zod'
import { EDGE_LIMITS } from './edge-limits.ts'
import { EdgeTlsConfig } from './edge-tls.ts'
import { CANONICAL_TOPICS } from './topic-rule.ts'

const Count = z.int().positive().max(2_147_483_647)

export const EdgeLimitsConfig = z.strictObject({
  packetBytes: Count.max(268_435_455).default(EDGE_LIMITS.packetBytes),
  loginBytes: Count.max(268_435_455).default(EDGE_LIMITS.loginBytes),
  connections: Count.default(EDGE_LIMITS.connections),
  connectionsPerGateway: Count.default(EDGE_LIMITS.connectionsPerGateway),
  connectMilliseconds: Count.default(EDGE_LIMITS.connectMilliseconds),
  drainMilliseconds: Count.default(EDGE_LIMITS.drainMilliseconds),
  keepaliveSeconds: Count.max(65_535).default(EDGE_LIMITS.keepaliveSeconds),
})

/** The built-in MQTT edge. Port 0 takes a free one. */
export const EdgeConfig = z.strictObject({
  host: z.string().min(1).max(255).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(1883),
  tls: EdgeTlsConfig.optional(),
  limits: EdgeLimitsConfig.prefault({}),
})

/** An external broker that we consume from. */
export const SourceConfig = z.strictObject({
  /** mqtt://host:port or mqtts://host:port */
  url: z
    .string()
    .max(500)
    .regex(/^mqtts?:\/\/[^/]+\/?$/, 'mqtt://host:port or mqtts://host:port'),
  version: z.union([z.literal(4), z.literal(5)]).default(5),
  /** Fixed: the broker keeps unacknowledged messages under this name. Copies of one consumer group need different ones. */
  clientId: z.string().min(1).max(128).default('adit'),
  username: z.string().max(256).optional(),
  password: z.string().max(1024).optional(),
  /** Several copies of Adit share the messages when they name the same group. */
  shareGroup: z
    .string()
    .max(64)
    .regex(/^[^/+#]+$/, 'no /, + or #')
    .optional(),
  keepaliveSeconds: z.int().min(1).max(65_535).default(30),
  /** How long the broker keeps our session while we are away (MQTT 5; with 3.1.1 the broker decides). */
  sessionExpirySeconds: z.int().min(60).max(4_294_967_295).default(604_800),
  /** Messages the broker may have on the way to us (MQTT 5). */
  receiveMaximum: z.int().min(1).max(65_535).default(2_000),
  /** Certificate authorities of the broker, PEM, for mqtts. */
  ca: z.string().max(1_000_000).optional(),
  /** Client certificate and key, PEM, for mqtts. */
  cert: z.string().max(1_000_000).optional(),
  key: z.string().max(100_000).optional(),
})

export const ReceiverConfig = z.strictObject({
  edge: EdgeConfig.nullable().prefault({}),
  source: SourceConfig.nullable().default(null),
  /** MQTT topics, one level written {gateway}. */
  topics: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(100)
    .default([...CANONICAL_TOPICS]),
  /** Days for which released packets stay in the archive; 0 keeps no archive. */
  archiveDays: z.number().min(0).max(36_500).default(400),
})

export type SourceOptions = z.output<typeof SourceConfig>

export type ReceiverOptions = z.output<typeof ReceiverConfig> & {
  /** Holds journal.db, gateways.db and archive/. */
  readonly dataDirectory: string
}
