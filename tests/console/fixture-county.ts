/** A made-up county for the console's tests: the same every time, no clock, no randomness. */
import type { Alert, AlertRoute, AlertSignature } from '../../model/alert.ts'
import type { Ledger } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import { MINE_KINDS, SEALINGS } from '../../model/mine.ts'
import type { Observability } from '../../model/observability.ts'
import type { TopologyDoubt } from '../../model/topology-doubt.ts'

export const DAY = 86_400
/** Midnight in the county (+08:00) at the end of the readings. */
export const NOW = Date.parse('2026-04-12T00:00:00+08:00') / 1000
const POINTS = 80
const AREAS = 8
const ORIGIN = { latitude: 24.62, longitude: 98.31 }
const MINE_NAMES = ['河西金矿 3 号硐', '河西金矿 1 号硐', '盗采点 L-09', '芒东旧矿', '户撒砂金坑', '梁子金矿', '老厂沟', '石门坎']
const COUNTIES = ['梁河县', '盈江县', '陇川县', '芒市']

export const usagePointId = (row: number) => `05310000${String(100_000 + row * 7)}`
export const areaId = (row: number) => `LH-${String(row + 1).padStart(2, '0')}`
export const mineId = (row: number) => `M-${String(row + 1).padStart(3, '0')}`

export function fixtureMines(): Mine[] {
  return MINE_NAMES.map((name, row) => ({
    mine: mineId(row),
    name,
    kind: MINE_KINDS[row % MINE_KINDS.length] ?? 'policy-closed',
    county: COUNTIES[row % COUNTIES.length] ?? '',
    latitude: ORIGIN.latitude + 0.013 * row + 0.004 * (row % 3),
    longitude: ORIGIN.longitude + 0.017 * ((row * 3) % 8),
    datum: 'GCJ02',
    uncertaintyMeters: row % 2 === 0 ? 0 : 120,
    openings: row + 1,
    sealing: SEALINGS[row % SEALINGS.length] ?? 'unknown',
    town: '芒东镇',
    responsible: '县自然资源局',
    supervisor: null,
    closedOn: row % 4 === 3 ? null : '2018-06-30',
  }))
}

export function fixtureLedger(): Ledger {
  const usagePoints = {
    length: POINTS,
    id: Array.from({ length: POINTS }, (_, row) => usagePointId(row)),
    area: Uint32Array.from({ length: POINTS }, (_, row) => row % AREAS),
    category: Uint8Array.from({ length: POINTS }, (_, row) => row % 2),
    status: new Uint8Array(POINTS),
    role: new Uint8Array(POINTS),
    statusSince: new Uint32Array(POINTS),
    latitude: Float64Array.from(
      { length: POINTS },
      (_, row) => ORIGIN.latitude + 0.0131 * (row % 8) + 0.0013 * (row % 5) + 0.006,
    ),
    longitude: Float64Array.from(
      { length: POINTS },
      (_, row) => ORIGIN.longitude + 0.0168 * ((row * 3) % 8) + 0.0011 * (row % 7) + 0.008,
    ),
    uncertaintyMeters: new Float32Array(POINTS).fill(40),
    contractKw: new Float32Array(POINTS).fill(8),
    ratio: new Float32Array(POINTS).fill(1),
  }
  const areas = {
    length: AREAS,
    id: Array.from({ length: AREAS }, (_, row) => areaId(row)),
    feeder: Array.from({ length: AREAS }, () => '10kV 芒东线'),
    county: Array.from({ length: AREAS }, (_, row) => COUNTIES[row % COUNTIES.length] ?? ''),
    latitude: Float64Array.from({ length: AREAS }, (_, row) => ORIGIN.latitude + 0.0131 * row + 0.007),
    longitude: Float64Array.from({ length: AREAS }, (_, row) => ORIGIN.longitude + 0.0168 * ((row * 3) % 8) + 0.009),
    capacityKva: new Float32Array(AREAS).fill(100),
    radiusMeters: new Float32Array(AREAS).fill(500),
  }
  return {
    version: 1,
    usagePoints,
    areas,
    mines: fixtureMines(),
    lawfulUses: new Map(),
    rowOfMeter: (meter) => usagePoints.id.indexOf(meter),
    rowOfMeterBytes: () => -1,
  }
}

/** A mine beside one house that is read, in an area without a meter of its own. */
export function fixtureObservability(mine: string): Observability {
  const none = { supplies: 1, judged: 0, learning: 0, incomplete: 0, silent: 0, noTotal: 0 }
  const house = {
    kind: 'usage-point',
    id: usagePointId(0),
    distanceMeters: 420,
    carryW: 76_900,
    watch: 'judged',
    seenW: 3_240,
  } as const
  const area = { kind: 'area', id: areaId(0), distanceMeters: 650, carryW: 80_000, watch: 'no-total', seenW: null } as const
  return {
    mine,
    class: 'metered',
    metered: { ...none, judged: 1, smallestSeenW: 3_240, surelySeenW: 3_240, unseenUpToW: null },
    tapped: { ...none, noTotal: 1, smallestSeenW: null, surelySeenW: null, unseenUpToW: 80_000 },
    supplies: [house, area],
    reasons: [{ zh: '1 个台区无总表,不可判:绕表用电看不到。', en: '1 area has no meter of its own and cannot be judged.' }],
  }
}

/** Of the third area a meter that the fourth feeds and one that counts double; of the second the meter of alert 1. */
export function fixtureDoubts(): TopologyDoubt[] {
  const wrongArea: TopologyDoubt = {
    usagePoint: usagePointId(10),
    meter: '05310000777701',
    bookedArea: areaId(2),
    probableArea: areaId(3),
    kind: 'wrong-area',
    multiplier: null,
    since: '2026-03-12',
    slope: -0.998,
    slopeError: 0.0121,
    meanW: 1_818,
    sentence: {
      zh: '该表档案在台区 LH-03,但它的用电(平均 1.8 kW)不在该台区总表之内;很可能由台区 LH-04 供电。请现场核对:沿进户线查到所接变压器(先看 LH-04),核对表号与户号;属实则更正户变关系。',
      en: "This meter is on the books of area LH-03, but what it counts (1.8 kW on average) does not pass that area's own meter. Area LH-04 probably feeds it. Check on site: follow its service line to the transformer (LH-04 first), compare meter and account number; if so, correct the ledger.",
    },
  }
  const double = {
    zh: '台区 LH-03 总表只见到该表计量的 1/2:疑其按应有电量的 2 倍计量。请现场核对:互感器变比铭牌与档案综合倍率、换表记录、报文单位;属实则更正倍率。',
    en: 'The own meter of area LH-03 sees only 1/2 of what this meter counts: it seems to count 2 times what it should. Check on site: CT and PT nameplates against the multiplier on record, the meter exchange, the unit sent; if so, correct the multiplier.',
  }
  const twice = {
    ...wrongArea,
    usagePoint: usagePointId(18),
    meanW: 14_200,
    since: '2026-04-02',
    slope: -0.502,
    sentence: double,
  }
  return [
    wrongArea,
    { ...twice, probableArea: null, kind: 'wrong-multiplier', multiplier: 2 },
    { ...wrongArea, usagePoint: usagePointId(1), bookedArea: areaId(1), probableArea: null },
  ]
}

const ROUTES: readonly AlertRoute[] = ['night-mill', 'metered', 'tapped', 'revived', 'smelting', 'tampered']

/** Alert number `row`; the first is a mill at night beside a closed mine, the third a tap in an area. */
export function fixtureAlert(row: number, change: Partial<Alert> = {}): Alert {
  const onset = NOW - (11 + (row % 20)) * DAY + (row % 5) * 900 - 6_300
  const raised = onset + 3 * DAY + row * 60
  const route = ROUTES[row % ROUTES.length] ?? 'metered'
  const powerW = row === 0 ? 38_500 : 2_000 + ((row * 7_919) % 30_000)
  const probability = row === 0 ? 0.91 : Math.round((0.95 - ((row * 37) % 90) / 100) * 1000) / 1000
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
  return {
    id: `A${String(row).padStart(16, '0')}`,
    subject:
      route === 'tapped' ? { kind: 'area', id: areaId(row % AREAS) } : { kind: 'usage-point', id: usagePointId(row % POINTS) },
    route,
    onset: iso(onset),
    raisedAt: iso(raised),
    clearedAt: row % 9 === 8 ? iso(NOW - DAY) : null,
    probability,
    logOdds: Math.log(probability / (1 - probability)),
    calibration: 'simulated-1',
    rank: row < 20 ? row + 1 : null,
    listedBy: row < 20 ? 'rank' : row === 20 ? 'random' : null,
    powerW,
    energyWh: powerW * 8 * 11,
    mines: [0, 1, 2, 3].map((step) => ({
      mine: mineId((row + step) % 8),
      distanceMeters: 420 + step * 870,
      withinReach: step === 0 && row % 4 !== 3,
    })),
    reasons: [
      {
        detector: 'night-surge',
        score: 0.94,
        nats: 1.88,
        sentence: {
          zh: '11 天中有 11 天夜间多用约 38.5 kW(平时 3.1 kW),日均 7.8 小时。',
          en: 'On 11 of 11 days about 38.5 kW more than usual (3.1 kW) at night, 7.8 hours a day.',
        },
      },
      {
        detector: 'steadiness',
        score: 0.7,
        nats: 1.4,
        sentence: { zh: '负荷平稳,波动 3 %,像电动机。', en: 'Steady to 3 %, like a motor.' },
      },
      {
        detector: 'reach',
        score: 0.5,
        nats: 1.0,
        sentence: {
          zh: '距已封堵的河西金矿 3 号硐 0.4 km;这一功率的低压线最远可送 0.8 km。',
          en: 'Hexi mine, adit 3, sealed, is 0.4 km away; a low-voltage line carries such a load 0.8 km.',
        },
      },
      {
        detector: 'power-factor',
        score: 0,
        nats: 0.0,
        sentence: { zh: '无功未测,功率因数不详。', en: 'No reactive energy was measured.' },
      },
    ],
    signatures: row === 0 || route === 'tapped' ? fixtureSignatures(onset) : [],
    innocent: {
      kind: 'irrigation',
      likelihood: 0.12,
      sentence: {
        zh: '旱季抽水灌溉:一次 4–60 小时,农业户。若连续五天以上不停,则不像灌溉。',
        en: 'Irrigation in the dry season: 4–60 hours at a time. More than five days without a stop would refute it.',
      },
    },
    revision: 1,
    history: [
      {
        revision: 0,
        at: iso(raised),
        change: 'raised',
        probability: 0.6,
        cause: { zh: '证据达到报警线。', en: 'The evidence reached the line for an alert.' },
      },
      {
        revision: 1,
        at: iso(raised + 2 * DAY),
        change: 'strengthened',
        probability,
        cause: { zh: '后续读数加强了判断。', en: 'Later readings strengthened it.' },
      },
    ],
    ...change,
  }
}

/** A mill whose reactive energy was not measured, and a crusher that it may be instead. */
function fixtureSignatures(onset: number): AlertSignature[] {
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
  const spans = Array.from({ length: 9 }, (_, night) => ({
    from: iso(onset + night * DAY),
    to: iso(onset + night * DAY + 7.75 * 3600),
  }))
  const mill: AlertSignature['best']['features'] = [
    { feature: 'kilowatts', verdict: 'agrees', measured: [38.1, 38.1], wanted: [6, 136] },
    { feature: 'hours', verdict: 'agrees', measured: [7.75, 8.25], wanted: [4, 19] },
    { feature: 'flatness', verdict: 'disagrees', measured: [0.11, 0.14], wanted: [0, 0.08] },
    { feature: 'powerFactor', verdict: 'unknown', measured: null, wanted: [0.75, 0.87] },
    { feature: 'nightShare', verdict: 'agrees', measured: [1, 1], wanted: [0.6, 1] },
  ]
  const common = { version: 1, set: 1, spans }
  return [
    {
      ...common,
      template: 'mill-block',
      name: { zh: '球磨机夜班', en: 'mill block' },
      nights: 0,
      possibleNights: 9,
      best: { ...spans[1], score: [0.21, 0.83], features: mill },
    },
    {
      ...common,
      template: 'crusher-with-gaps',
      name: { zh: '破碎机断续运行', en: 'crusher with gaps' },
      nights: 0,
      possibleNights: 2,
      spans: spans.slice(3, 5),
      best: {
        ...spans[4],
        score: [0.13, 0.52],
        features: [
          { feature: 'starts', verdict: 'agrees', measured: [4, 4], wanted: [3, 16] },
          { feature: 'gapMinutes', verdict: 'unknown', measured: [4, 22], wanted: [10, 60] },
          { feature: 'powerFactor', verdict: 'unknown', measured: null, wanted: [0.55, 0.82] },
        ],
      },
    },
  ]
}

/** A house with a mill that runs from 22:00 to 06:00 since the onset of alert 0; seven hours missing, two hours estimated. */
export function fixtureProfile(from: number, to: number) {
  const onset = Date.parse(fixtureAlert(0).onset) / 1000
  const rows: { start: number; energyWh: number; quality: number; revisions: number }[] = []
  const gap = NOW - 6 * DAY + 9 * 3600
  for (let start = Math.ceil(from / 900) * 900; start < Math.min(to, NOW); start += 900) {
    if (start < NOW - 90 * DAY || (start >= gap && start < gap + 7 * 3600)) continue
    const hour = ((start + 8 * 3600) % DAY) / 3600
    const noise = Math.abs(Math.sin(start / 777) * 43_758.5453) % 1
    let kw = (2.2 + 1.5 * Math.exp(-((hour - 12) ** 2) / 8) + 2 * Math.exp(-((hour - 19.5) ** 2) / 3)) * (0.8 + 0.4 * noise)
    if (start >= onset && (hour >= 22 || hour < 6)) kw += 35 + 6 * noise
    const estimated = start >= NOW - 3 * DAY && start < NOW - 3 * DAY + 7_200
    rows.push({ start, energyWh: kw * 250, quality: estimated ? 8 : 0, revisions: start % (7 * DAY) === 0 ? 2 : 1 })
  }
  return {
    start: Uint32Array.from(rows, (row) => row.start),
    seconds: new Uint32Array(rows.length).fill(900),
    energyWh: Float64Array.from(rows, (row) => row.energyWh),
    reactiveVarh: new Float64Array(rows.length).fill(Number.NaN),
    quality: Uint8Array.from(rows, (row) => row.quality),
    revisions: Uint8Array.from(rows, (row) => row.revisions),
  }
}
