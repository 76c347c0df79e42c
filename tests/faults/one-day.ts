/**
 * A small county up to the evening after one busy day, as its gateways send it: packets of five readings, with estimates,
 * corrections and events of meters on that day, and some packets of the day before and of five days before that come only then.
 */
import { type DayClock, dayOf } from '../../detectors/day-clock.ts'
import { Random } from '../../fixtures/simulator/random.ts'
import { makeWorld, type World } from '../../fixtures/simulator/world.ts'
import { areasOf, lawfulUsesOf, minesOf, usagePointsOf } from '../../fixtures/simulator/world-records.ts'
import type { Ledger } from '../../model/ledger.ts'
import type { Packet } from '../../model/packet.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { buildLedger } from '../../src/ledger/build-ledger.ts'

export interface OneDay {
  readonly ledger: Ledger
  /** In order of their times, those that come late in their places. */
  readonly before: readonly SentOnTime[]
  readonly day: readonly SentOnTime[]
  readonly after: readonly SentOnTime[]
  /** Whether readings of then are among what comes on the day. */
  readonly touched: (at: number) => boolean
}

export interface SentOnTime extends Packet {
  /** Of its interval or event, UTC seconds. */
  readonly at: number
  /** It comes on the day, although it is of a day before. */
  readonly late: boolean
}

const AREAS = 2
const SECONDS = 900
const READINGS_A_PACKET = 5
/** Noon-to-noon day that is shuffled, from the first of the world. */
const BUSY = 11
/** Of these days some packets come late: one is still open on the busy day, one has to be judged again. */
const OPEN = BUSY - 1
const SETTLED = BUSY - 5
const CORRECTIONS = [
  ReadingQuality.valid,
  ReadingQuality.edited,
  ReadingQuality.validated,
  ReadingQuality.estimatedInterpolation,
] as const

export function oneDay(clock: DayClock): OneDay {
  const world = makeWorld({
    ...{ seed: 'f', areas: AREAS, usersPerArea: 12, days: 16, startDate: '2026-07-01', seconds: SECONDS, sites: 6 },
    ...{ routes: ['metered', 'tapped', 'revived'], missing: 0.01 },
  })
  const ledger = buildLedger(usagePointsOf(world), areasOf(world), minesOf(world), lawfulUsesOf(world))
  const first = dayOf(clock, world.scene.calendar.startUtc)
  const dayAt = (at: number) => dayOf(clock, at) - first
  const packets = packetsOf(world, dayAt)
  return {
    ledger,
    before: packets.filter(({ at }) => dayAt(at) < BUSY),
    day: packets.filter(({ at }) => dayAt(at) === BUSY),
    after: packets.filter(({ at }) => dayAt(at) > BUSY),
    touched: (at) => dayAt(at) >= OPEN || dayAt(at) === SETTLED,
  }
}

function packetsOf(world: World, dayAt: (at: number) => number): SentOnTime[] {
  const random = new Random('one day')
  const packets: SentOnTime[] = []
  const begin = world.scene.calendar.startUtc
  const intervals = world.meters[0]?.columns.energyWh.length ?? 0
  for (let interval = 0; interval < intervals; interval++) {
    const at = begin + interval * SECONDS
    const day = dayAt(at)
    if (day > BUSY + 1) break
    for (let area = 0; area < AREAS; area++) {
      const rows: Row[] = []
      for (const { meter, area: of, columns } of world.meters) {
        const energyWh = columns.energyWh[interval]
        if (of === area && !Number.isNaN(energyWh))
          rows.push([meter, Math.round(energyWh), { quality: columns.quality[interval] }])
      }
      for (let from = 0; from < rows.length; from += READINGS_A_PACKET) {
        const some = rows.slice(from, from + READINGS_A_PACKET)
        const late = (day === OPEN && random.chance(0.05)) || (day === SETTLED && area === 0 && random.chance(0.05))
        packets.push(readingsPacket(area, at, some, late))
        if (day === BUSY && random.chance(0.1)) packets.push(readingsPacket(area, at, corrected(some, random), false))
      }
      if (day === BUSY && random.chance(0.05)) packets.push(eventPacket(area, at, random.pick(rows)[0]))
    }
  }
  return packets
}

type Row = readonly [meter: string, energyWh: number, extras: { readonly quality: number }]

function corrected(rows: readonly Row[], random: Random): Row[] {
  return rows.map(([meter, wh]) => [meter, Math.round(wh * random.uniform(0.5, 1.8)), { quality: random.pick(CORRECTIONS) }])
}

function readingsPacket(area: number, at: number, readings: readonly Row[], late: boolean): SentOnTime {
  return packetOf(area, 'readings', at, { start: timeText(at), seconds: SECONDS, readings }, late)
}

function eventPacket(area: number, at: number, meter: string): SentOnTime {
  return packetOf(area, 'events', at, { events: [[meter, timeText(at + 60), 'terminal-cover-opened']] }, false)
}

function packetOf(area: number, kind: string, at: number, payload: object, late: boolean): SentOnTime {
  const gateway = `gw-${area}`
  const topic = `adit/v1/${gateway}/${kind}`
  return { gateway, topic, payload: Buffer.from(JSON.stringify(payload)), receivedAt: RECEIVED, at, late }
}

/** When all of it came in: times of readings are checked against it. */
const RECEIVED = Date.parse('2026-08-01T00:00:00Z')

function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}
