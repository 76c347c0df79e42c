import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayClock } from '../../detectors/day-clock.ts'
import { DetectorBank } from '../../detectors/detector-bank.ts'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import { type Ledger, NO_AREA } from '../../model/ledger.ts'
import { Refusal } from '../../model/refusal.ts'
import { AlertStore } from '../../src/alerts/alert-store.ts'
import type { EdgeRefusals, RefusedPayload, ServiceParts } from '../../src/api/service-parts.ts'
import { TokenStore } from '../../src/api/tokens.ts'
import { MineObservability } from '../../src/mine-observability.ts'
import { RankedAlerts } from '../../src/ranked-alerts.ts'
import type { LoadProfile } from '../../src/stores/reading-store.ts'
import { TopologyDoubts } from '../../src/topology-doubts.ts'
import { Accounts } from '../../src/users/accounts.ts'
import { DatabaseUsers } from '../../src/users/database-users.ts'
import { type ScratchAudit, scratchAudit } from '../audit/scratch-audit.ts'

export const REFUSED: RefusedPayload = {
  id: 7,
  gateway: 'gw-1',
  topic: 'adit/v1/gw-1/readings',
  receivedAt: Date.UTC(2026, 10, 24),
  code: 'json',
  field: 'start',
  value: '"tomorrow"',
  reason: 'not a time',
  remedy: 'send ISO 8601 with an offset',
  readings: 1,
}

const EDGE_REFUSALS: EdgeRefusals = {
  code: 'wrong-topic',
  count: 2,
  firstAt: Date.UTC(2026, 10, 23),
  lastAt: Date.UTC(2026, 10, 24),
  remote: '127.0.0.1:50000',
  topic: 'adit/v1/gw-2/readings',
  reason: 'gateway "gw-1" may publish to adit/v1/gw-1/#',
}

/** A ledger of two usage points in one area, one of them nowhere, beside one mine. */
export function sampleLedger(): Ledger {
  return {
    version: 1,
    usagePoints: {
      length: 2,
      id: ['P1', 'P2'],
      area: Uint32Array.of(0, NO_AREA),
      category: Uint8Array.of(3, 0),
      status: Uint8Array.of(0, 2),
      role: Uint8Array.of(0, 0),
      statusSince: Uint32Array.of(0, 1_700_000_000),
      latitude: Float64Array.of(24.43, Number.NaN),
      longitude: Float64Array.of(98.58, Number.NaN),
      uncertaintyMeters: Float32Array.of(0, 0),
      contractKw: Float32Array.of(20, Number.NaN),
      ratio: Float32Array.of(1, 1),
    },
    areas: {
      length: 1,
      id: ['A1'],
      feeder: ['F1'],
      county: ['Luxi'],
      latitude: Float64Array.of(24.43),
      longitude: Float64Array.of(98.58),
      capacityKva: Float32Array.of(100),
      radiusMeters: Float32Array.of(Number.NaN),
    },
    mines: [
      {
        mine: 'M1',
        name: '老厂洞',
        kind: 'policy-closed',
        county: 'Luxi',
        latitude: 24.431,
        longitude: 98.58,
        datum: 'WGS84',
        uncertaintyMeters: 0,
        openings: 2,
        sealing: 'partly-sealed',
        town: null,
        responsible: null,
        supervisor: null,
        closedOn: '2015-12-31',
      },
    ],
    lawfulUses: new Map(),
    rowOfMeter: () => -1,
    rowOfMeterBytes: () => -1,
  }
}

function oneReading(start: number): LoadProfile {
  return {
    start: Uint32Array.of(start),
    seconds: Uint32Array.of(900),
    energyWh: Float64Array.of(512.5),
    reactiveVarh: Float64Array.of(Number.NaN),
    quality: Uint8Array.of(0),
    revisions: Uint8Array.of(1),
  }
}

export interface Sample {
  readonly parts: ServiceParts
  readonly alerts: AlertStore
  /** The same with their places on the work list, as the service shows them. */
  readonly ranked: RankedAlerts
  readonly tokens: TokenStore
  readonly users: DatabaseUsers
  readonly audit: ScratchAudit
  readonly replayed: unknown[]
  close(): Promise<void>
}

export async function sampleParts(): Promise<Sample> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-api-'))
  const alerts = await AlertStore.open({
    database: { kind: 'embedded' },
    file: join(directory, 'alerts.db'),
    journal: () => 'ours',
    placesOf: async (subjects) => subjects.map(() => ({ area: 'A1', county: 'Luxi' })),
  })
  const ranked = new RankedAlerts(alerts, DetectorsConfig.parse({}), 8 * 3600)
  const tokens = new TokenStore(join(directory, 'tokens.db'))
  const users = await DatabaseUsers.open({ kind: 'embedded' }, { users: join(directory, 'users.db') })
  const ledger = sampleLedger()
  const book = { received: 10, stored: 7, duplicate: 1, superseded: 0, quarantined: 1, pending: 1 }
  const audit = scratchAudit(directory)
  const replayed: unknown[] = []
  const bank = new DetectorBank(DetectorsConfig.parse({}), dayClock('Asia/Shanghai'), ledger)
  const parts: ServiceParts = {
    version: '0.0.0',
    demo: false,
    timeZone: 'Asia/Shanghai',
    alerts,
    ledger: () => ledger,
    gateways: {
      list: () => [{ gateway: 'gw-1', lastSeenAt: Date.UTC(2026, 10, 24), book, meters: 3 }],
      upstreamGaps: () => [{ source: 'mqtt://broker', from: 0, to: 60_000, gateways: ['gw-1'], meters: 3 }],
      edgeRefusals: () => new Map([['gw-1', [EDGE_REFUSALS]]]),
      create: (gateway) => {
        if (gateway === 'gw-1') throw new Refusal('gateway-exists', 'There is a gateway gw-1 already.')
        return { gateway, password: 'secret' }
      },
    },
    quarantine: {
      list: ({ gateway }) => (gateway === undefined || gateway === 'gw-1' ? [REFUSED] : []),
      get: (id) => (id === 7 ? { refused: REFUSED, payload: Buffer.from('{"start":"tomorrow"}') } : undefined),
      replay: async (filter) => replayed.push(filter),
    },
    records: { usagePoints: async () => new Map(), areas: async () => new Map() },
    curves: {
      ofUsagePoint: async (usagePoint, from) => {
        if (usagePoint === 1) throw new Error('the disk of /var/secret broke')
        return { profile: oneReading(from), expected: null }
      },
      ofResidual: async (_area, from) => ({
        profile: oneReading(from),
        expected: { lowW: Float32Array.of(100), highW: Float32Array.of(Number.NaN) },
      }),
    },
    observability: new MineObservability({ bank, newestStart: 0 }, () => ledger),
    topologyDoubts: new TopologyDoubts({ bank }, () => ledger, { usagePoints: async () => new Map() }),
    workList: (at, counties) => ranked.workList(at ?? Date.UTC(2026, 10, 1), counties),
    audit,
    holderOf: (token) => tokens.holderOf(token),
    accounts: new Accounts(users),
    singleSignOn: null,
    feedKey: users.secret,
    meters: () => ({ known: 2, reporting: 1 }),
    progress: () => ({
      packetsReceived: 3,
      readings: { stored: 7, duplicate: 1, superseded: 0, quarantined: 1 },
      pending: 1,
      judgedPosition: 2,
      lateAreas: 0,
      lastReadingAt: 1_793_000_000,
    }),
    health: async () => [{ part: 'journal', status: 'pass', detail: 'position 3' }],
  }
  return {
    parts,
    alerts,
    ranked,
    tokens,
    users,
    audit,
    replayed,
    close: async () => {
      await alerts.close()
      tokens.close()
      await users.close()
      audit.close()
      rmSync(directory, { recursive: true })
    },
  }
}
