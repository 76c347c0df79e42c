/**
 * What the gateways of a kill run send: the readings of a small simulated county with illegal sites, a few to a packet, in the
 * order of their intervals, and every fiftieth packet is one that nobody can read. The same in every run: only the kills differ.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../../fixtures/simulator/random.ts'
import { makeWorld, type World } from '../../fixtures/simulator/world.ts'
import { writeLedgers } from '../../fixtures/simulator/world-files.ts'
import { usagePointsOf } from '../../fixtures/simulator/world-records.ts'

export const AREAS = 4
const READINGS_A_PACKET = 5
const SECONDS = 1_800
const POISON_EVERY = 50

export interface SentPacket {
  /** Number of the gateway. */
  readonly gateway: number
  readonly payload: string
  /** How many it stands for in the books: a bad packet for one. */
  readonly readings: number
  /** The mark that a bad packet carries; undefined in a good one. */
  readonly poison: string | undefined
}

/** What the meter has said, in order. */
export interface MeterTruth {
  readonly start: number[]
  readonly energyWh: number[]
}

export interface Sent {
  readonly packets: readonly SentPacket[]
  readonly readings: number
  /** By usage point. */
  readonly truth: ReadonlyMap<string, MeterTruth>
}

/** Writes the ledgers, and the readings as one file for `adit detect`, into `directory`. */
export function preparePackets(days: number, directory: string): Sent {
  const world = makeWorld({
    ...{ seed: 'kills', areas: AREAS, usersPerArea: 30, days, startDate: '2026-07-01', seconds: SECONDS, sites: 8 },
    routes: ['metered', 'tapped'],
  })
  writeLedgers(world, directory)
  const rows = ['meter,start,seconds,energy_wh,reactive_varh,quality']
  const sent = packetsOf(world, new Random('poison'), rows)
  writeFileSync(join(directory, 'readings.csv'), `${rows.join('\n')}\n`)
  return sent
}

function packetsOf(world: World, random: Random, rows: string[]): Sent {
  const { seconds } = world.options
  const usagePointOf = new Map(usagePointsOf(world).map(({ meter, usagePoint }) => [meter, usagePoint]))
  const truth = new Map([...usagePointOf.values()].map((id): [string, MeterTruth] => [id, { start: [], energyWh: [] }]))
  const packets: SentPacket[] = []
  let readings = 0
  const put = (gateway: number, head: string, items: readonly string[]) => {
    for (let from = 0; from < items.length; from += READINGS_A_PACKET) {
      const some = items.slice(from, from + READINGS_A_PACKET)
      readings += some.length
      packets.push({ gateway, payload: `${head}${some.join(',')}]}`, readings: some.length, poison: undefined })
      if (packets.length % POISON_EVERY === 0) packets.push(poisonPacket(packets.length, gateway, head, random))
    }
  }
  const intervals = world.meters[0]?.columns.energyWh.length ?? 0
  for (let interval = 0; interval < intervals; interval++) {
    const start = world.scene.calendar.startUtc + interval * seconds
    const time = `${new Date(start * 1000).toISOString().slice(0, 19)}Z`
    for (let area = 0; area < AREAS; area++) {
      const items: string[] = []
      for (const { meter, area: of, columns } of world.meters) {
        if (of !== area || Number.isNaN(columns.energyWh[interval])) continue
        const wh = Math.round(columns.energyWh[interval])
        const varh = Number.isNaN(columns.reactiveVarh[interval]) ? null : Math.round(columns.reactiveVarh[interval])
        const quality = columns.quality[interval]
        items.push(`["${meter}",${wh},{${varh === null ? '' : `"varh":${varh},`}"quality":${quality}}]`)
        rows.push(`${meter},${time},${seconds},${wh},${varh ?? ''},${quality}`)
        const meterTruth = truth.get(usagePointOf.get(meter) ?? '')
        meterTruth?.start.push(start)
        meterTruth?.energyWh.push(wh)
      }
      put(area, `{"start":"${time}","seconds":${seconds},"readings":[`, items)
    }
  }
  return { packets, readings, truth }
}

function poisonPacket(number: number, gateway: number, head: string, random: Random): SentPacket {
  const poison = `poison-${number}`
  const payload = random.pick([
    `${head}["${poison}",1`,
    `${head}["${poison}",1]]}`,
    `${head}["${poison}",-5e999]]}`,
    `{"start":"${poison}","seconds":${SECONDS},"readings":[]}`,
    `${poison}\u0000`,
  ])
  return { gateway, payload, readings: 1, poison }
}
