/** The real HTTP side over the made-up county: what the console talks to in its tests. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Alert } from '../../model/alert.ts'
import type { AlertEvent, AlertEventKind } from '../../model/alert-event.ts'
import type { Area } from '../../model/area.ts'
import type { Ledger } from '../../model/ledger.ts'
import { buildServer } from '../../src/api/server.ts'
import type { RefusedPayload, ServiceParts } from '../../src/api/service-parts.ts'
import type { SingleSignOn } from '../../src/api/single-sign-on.ts'
import { Accounts } from '../../src/users/accounts.ts'
import { DatabaseUsers } from '../../src/users/database-users.ts'
import { scratchAudit } from '../audit/scratch-audit.ts'
import { freePort } from '../servers/free-port.ts'
import { fixtureAlert, fixtureDoubts, fixtureLedger, fixtureObservability, fixtureProfile, NOW } from './fixture-county.ts'

export interface FixtureOptions {
  readonly alerts?: number
  /** silent (default): one gateway was last heard of three hours ago. */
  readonly gateways?: 'well' | 'silent'
  readonly meters?: { readonly known: number; readonly reporting: number }
  readonly lastReadingAt?: number | null
  /** The built console; the checkout's own when not given. */
  readonly consoleDirectory?: string
  /** What mines, areas, counties and refused values are called, in turn, in place of their usual names. */
  readonly names?: readonly string[]
  /** The way in through an issuer, of a service that browsers reach at `url`. */
  readonly signOn?: (url: string, users: DatabaseUsers) => SingleSignOn
  readonly book?: Partial<Record<'received' | 'stored' | 'duplicate' | 'superseded' | 'quarantined' | 'pending', number>>
}

export interface FixtureService {
  /** Nobody, at first. */
  readonly users: DatabaseUsers
  readonly url: string
  tell(kind: AlertEventKind, alert: Alert): void
  readonly replayed: number[]
  /** Ends the service and, with it, every stream; `reopen` listens on the same port again. */
  close(): Promise<void>
  reopen(): Promise<void>
}

export const TOKEN = 'a-token-of-the-test'

export async function startFixtureService(options: FixtureOptions = {}): Promise<FixtureService> {
  const alerts = new Map(
    Array.from({ length: options.alerts ?? 60 }, (_, row) => fixtureAlert(row)).map((alert) => [alert.id, alert]),
  )
  const events: AlertEvent[] = []
  const listeners = new Set<(events: readonly AlertEvent[]) => void>()
  const names = options.names ?? []
  const refusals = [...fixtureRefusals(), ...names.map(refusalOf)]
  const replayed: number[] = []
  const directory = mkdtempSync(join(tmpdir(), 'adit-console-'))
  const audit = scratchAudit(directory)
  const ledger = called(fixtureLedger(), names)
  const users = await DatabaseUsers.open({ kind: 'embedded' }, { users: join(directory, 'users.db') })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const meters = options.meters ?? { known: 80, reporting: 80 }

  const parts: ServiceParts = {
    version: '0.1.0',
    demo: true,
    timeZone: 'Asia/Shanghai',
    alerts: {
      list: async ({ state, limit, cursor, county, area }) => {
        const all = [...alerts.values()]
          .filter(({ clearedAt }) => state === 'all' || (state === 'open') === (clearedAt === null))
          .filter(({ subject }) => liesIn(ledger, subject, county, area))
          .sort((a, b) => (a.raisedAt < b.raisedAt ? 1 : -1))
        const from = cursor === undefined ? 0 : Number(cursor)
        const next = from + limit
        return { items: all.slice(from, next), nextCursor: next < all.length ? String(next) : null }
      },
      get: async (id) => alerts.get(id),
      eventsAfter: async (sequence, limit) => events.slice(sequence, sequence + limit),
      lastSequence: () => events.length,
      onEvents: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      countiesOf: async () => new Map(),
      countsIn: async () => ({ open: alerts.size, cleared: 0 }),
      counts: () => ({ open: alerts.size, cleared: 0 }),
    },
    audit,
    gateways: {
      list: () => [
        {
          gateway: 'gw-mangdong',
          meters: 60,
          lastSeenAt: Date.now() - 4_000,
          book: {
            received: 1_204_331,
            stored: 1_198_020,
            duplicate: 6_120,
            superseded: 41,
            quarantined: 130,
            pending: 20,
            ...options.book,
          },
        },
        {
          gateway: 'gw-husa',
          meters: 20,
          lastSeenAt: Date.now() - (options.gateways === 'well' ? 60_000 : 3 * 3_600_000),
          book: { received: 80, stored: 80, duplicate: 0, superseded: 0, quarantined: 0, pending: 0 },
        },
      ],
      edgeRefusals: () => new Map(),
      upstreamGaps: () => [],
      create: (gateway) => ({ gateway, password: 'x' }),
    },
    quarantine: {
      list: ({ gateway, limit }) =>
        refusals.filter((refusal) => gateway === undefined || refusal.gateway === gateway).slice(0, limit),
      get: (id) => {
        const refused = refusals.find((refusal) => refusal.id === id)
        const text = names[id - 1000] ?? '{"start":"2026-04-11","readings":[["0531","41,6"]]}'
        return refused && { refused, payload: new TextEncoder().encode(text) }
      },
      replay: async ({ ids }) => {
        replayed.push(...(ids ?? []))
        return ids?.length ?? 0
      },
    },
    ledger: () => ledger,
    records: {
      usagePoints: async () => new Map(),
      areas: async (ids) => new Map(ids.flatMap((id) => recordOf(ledger, id, names) ?? []).map((area) => [area.area, area])),
    },
    curves: {
      ofUsagePoint: async (_row, from, to) => ({ profile: fixtureProfile(from, to), expected: null }),
      ofResidual: async (_row, from, to, before) => {
        const profile = fixtureProfile(from, to)
        const expected = {
          lowW: new Float32Array(profile.start.length).fill(900),
          highW: new Float32Array(profile.start.length).fill(5_400),
        }
        return { profile: { ...profile, quality: profile.quality.fill(11) }, expected: before === null ? null : expected }
      },
    },
    observability: {
      of: (mine) => (ledger.mines.some((known) => known.mine === mine) ? fixtureObservability(mine) : undefined),
      all: async function* () {
        for (const mine of ledger.mines) yield { mine, observability: fixtureObservability(mine.mine) }
      },
    },
    topologyDoubts: {
      list: async () => ({ items: fixtureDoubts(), nextCursor: null }),
      ofArea: async (area) =>
        fixtureDoubts().filter((doubt) => [doubt.bookedArea, doubt.probableArea].includes(ledger.areas.id[area] ?? '')),
      all: async function* () {
        yield* fixtureDoubts()
      },
    },
    workList: async () => ({
      from: '2026-04-05T16:00:00Z',
      to: '2026-04-12T16:00:00Z',
      weeklyBudget: 50,
      ranked: 20,
      random: 1,
      expectedPrecision: { mean: 0.62, low: 0.45, high: 0.8 },
      calibration: 'simulated-1',
      ids: [...alerts.keys()].slice(0, 21),
    }),
    holderOf: (token) => (token === TOKEN ? { name: 'test', role: 'integrator', counties: null } : undefined),
    accounts: new Accounts(users),
    singleSignOn: options.signOn?.(url, users) ?? null,
    feedKey: users.secret,
    meters: () => meters,
    progress: () => ({
      packetsReceived: 10,
      readings: { stored: 0, duplicate: 0, superseded: 0, quarantined: 0 },
      pending: 0,
      judgedPosition: 10,
      lateAreas: 0,
      lastReadingAt: options.lastReadingAt === undefined ? NOW - 900 : options.lastReadingAt,
    }),
    health: async () => [],
  }

  const open = async () => {
    const app = await buildServer(parts, {
      loopback: true,
      hosts: [],
      requestsPerMinute: 100_000,
      consoleDirectory: options.consoleDirectory ?? fileURLToPath(new URL('../../console/dist', import.meta.url)),
      heartbeatMs: 500,
    })
    await app.listen({ port, host: '127.0.0.1' })
    return app
  }
  let app = await open()

  return {
    users,
    url,
    replayed,
    tell: (kind, alert) => {
      alerts.set(alert.id, alert)
      const event = { sequence: events.length + 1, kind, alert }
      events.push(event)
      for (const listener of listeners) listener([event])
    },
    close: () => app.close(),
    reopen: async () => {
      app = await open()
    },
  }
}

function liesIn({ usagePoints, areas }: Ledger, subject: Alert['subject'], county?: string, area?: string): boolean {
  const row =
    subject.kind === 'area' ? areas.id.indexOf(subject.id) : (usagePoints.area[usagePoints.id.indexOf(subject.id)] ?? -1)
  return (county === undefined || areas.county[row] === county) && (area === undefined || areas.id[row] === area)
}

function fixtureRefusals(): RefusedPayload[] {
  return [
    {
      id: 3,
      gateway: 'gw-mangdong',
      topic: 'adit/v1/gw-mangdong/readings',
      receivedAt: Date.parse('2026-04-11T22:15:00+08:00'),
      code: 'E_SCHEMA',
      field: 'readings[0][1]',
      value: '"41,6"',
      reason: '电量不是数字',
      remedy: '用小数点,不用逗号;修好网关的映射后重放',
      readings: 1,
    },
    {
      id: 2,
      gateway: 'gw-mangdong',
      topic: 'adit/v1/gw-mangdong/readings',
      receivedAt: Date.parse('2026-04-11T21:15:00+08:00'),
      code: 'E_UNKNOWN_METER',
      field: 'readings[4][0]',
      value: '053199999999',
      reason: '没有这块表的台账',
      remedy: 'adit import usage-points.csv 之后重放',
      readings: 96,
    },
  ]
}

function refusalOf(name: string, row: number): RefusedPayload {
  const told = { field: name, value: JSON.stringify(name), reason: name, remedy: name }
  return { id: 1000 + row, gateway: 'gw-mangdong', topic: name, receivedAt: NOW * 1000, code: name, readings: 1, ...told }
}

function called(ledger: Ledger, names: readonly string[]): Ledger {
  if (names.length === 0) return ledger
  const [mine] = ledger.mines
  const mines = names.map((name, row) => ({
    ...ledger.mines[row % ledger.mines.length],
    ...(row < ledger.mines.length ? {} : { mine: `X-${row}`, latitude: mine.latitude + row / 1000 }),
    name,
    county: name,
    town: name,
    responsible: name,
  }))
  const county = ledger.areas.county.map((_, row) => names[row % names.length])
  return { ...ledger, mines, areas: { ...ledger.areas, county } }
}

function recordOf({ areas }: Ledger, id: string, names: readonly string[]): Area | null {
  const row = areas.id.indexOf(id)
  if (names.length === 0 || row < 0) return null
  const where = { latitude: areas.latitude[row], longitude: areas.longitude[row], datum: 'WGS84' } as const
  return {
    area: id,
    name: names[row % names.length],
    feeder: names[0],
    county: names[0],
    ...where,
    capacityKva: 100,
    radiusMeters: null,
  }
}
