/** The configuration: every part's own schema, joined. Where its values come from is src/config-sources.ts. */
import { z } from 'zod'
import { type DayClock, dayClock } from '../detectors/day-clock.ts'
import { DetectorsConfig } from '../detectors/detectors-config.ts'
import { METER_POLICIES } from '../ingest/meter-owners.ts'
import { EdgeConfig, ReceiverConfig, SourceConfig } from '../ingest/receiver-options.ts'
import { Territory } from '../ingest/territory.ts'
import { TimeZone } from '../ingest/time-zone.ts'
import { TopicRoutesConfig } from '../ingest/topic-routes.ts'
import { CalendarConfig, workCalendar } from '../model/work-calendar.ts'
import { HTTP_LIMITS } from './api/http-server.ts'
import { DatabaseConfig } from './database/database-config.ts'
import { WebhooksConfig } from './notify/webhook-config.ts'
import { OidcConfig, SecureAddress } from './users/oidc-config.ts'

const Path = z.string().min(1).max(1000)

const HttpConfig = z.strictObject({
  /** Anything but a loopback address asks for a token on every read too. */
  host: z.string().min(1).max(255).default('127.0.0.1'),
  /** 0 takes a free one. */
  port: z.int().min(0).max(65_535).default(8080),
  /** Names under which a proxy in front may ask, besides localhost. */
  hosts: z.array(z.string().min(1).max(255)).max(100).default([]),
  /** Addresses of proxies in front (CIDR too), whose word on the client's address and on TLS counts. */
  proxies: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .max(100)
    .default([]),
  /** Where browsers reach the service, without a path. */
  publicUrl: SecureAddress.refine((text) => new URL(text).pathname === '/', 'an address without a path').optional(),
  requestsPerMinute: z.int().positive().max(10_000_000).default(6_000),
  /** At the bound those that ask for nothing give way to who comes. */
  connections: z.int().positive().max(1_000_000).default(HTTP_LIMITS.connections),
  connectionsPerAddress: z.int().positive().max(1_000_000).default(HTTP_LIMITS.connectionsPerAddress),
})

const EmbeddedStoreConfig = z.strictObject({
  kind: z.literal('embedded'),
  memoryMb: z.int().min(64).max(1_048_576).default(512),
  threads: z.int().min(1).max(256).default(2),
})

const InfluxStoreConfig = z.strictObject({
  kind: z.literal('influxdb'),
  url: z
    .string()
    .max(500)
    .regex(/^https?:\/\/[^/]+/, 'http://host:port or https://host:port'),
  org: z.string().min(1).max(200),
  bucket: z.string().min(1).max(200),
  token: z.string().min(1).max(1000),
})

export const Config = z.strictObject({
  /** Zone of times without an offset, and of days and nights on the page. */
  timeZone: z.string().max(100).refine(isTimeZone, 'an IANA time zone such as Asia/Shanghai').default('Asia/Shanghai'),
  /** Working days and rest days: mainland China's in its time zones, and what stands here. */
  calendar: CalendarConfig.prefault({}),
  data: Path.default('./adit-data'),
  /** Mines and meters outside are refused on import: swapped axes and wrong datums land far away. */
  territory: Territory.optional(),
  http: HttpConfig.prefault({}),
  /** The built-in edge. */
  mqtt: EdgeConfig.extend({ enabled: z.boolean().default(true) }).prefault({}),
  /** Which gateway may report which meter: as learnt from the first that does, only as told, or any. */
  gateways: z.strictObject({ meters: z.enum(METER_POLICIES).default('learnt') }).prefault({}),
  /** An external broker to consume from; passwordFile, caFile, certFile and keyFile may name files. */
  broker: SourceConfig.optional(),
  /** Topics that are taken, one level written {gateway}. */
  topics: ReceiverConfig.shape.topics,
  /** Topics of other formats: `{ topic: county/+/load, format: NAME }`, the first that fits counts. */
  routes: TopicRoutesConfig,
  /** tokenFile may name a file. */
  store: z.discriminatedUnion('kind', [EmbeddedStoreConfig, InfluxStoreConfig]).prefault({ kind: 'embedded' }),
  /** What people and the service record; passwordFile, caFile, certFile and keyFile may name files. */
  database: DatabaseConfig.prefault({ kind: 'embedded' }),
  /** Who vouches for people, besides passwords; clientSecretFile names a file. */
  signIn: z.strictObject({ oidc: OidcConfig.optional() }).prefault({}),
  /** Readings that say to be from outside are quarantined: a wrong clock must not reach the store. */
  window: z
    .strictObject({
      futureSeconds: z.int().min(0).max(86_400).default(300),
      pastDays: z.int().min(1).max(36_500).default(400),
    })
    .prefault({}),
  retention: z.strictObject({ archiveDays: ReceiverConfig.shape.archiveDays }).prefault({}),
  detectors: DetectorsConfig.prefault({}),
  /** Receivers that are told of alerts; secretFile and caFile may name files, secretEnvironment a variable. */
  webhooks: WebhooksConfig,
  /** Least pause between two checkpoints: after a crash the journal is read again from the last one. */
  checkpointSeconds: z.number().min(0).max(3_600).default(20),
  log: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})
export type Config = z.output<typeof Config>

/** What days are, of this configuration. */
export function clockOf({ timeZone, calendar }: Pick<Config, 'timeZone' | 'calendar'>): DayClock {
  return dayClock(timeZone, workCalendar(calendar, timeZone))
}

function isTimeZone(name: string): boolean {
  try {
    return new TimeZone(name).name === name
  } catch {
    return false
  }
}
