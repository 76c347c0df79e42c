/**
 * One day's packets of all gateways in any order, some of them twice, in batches cut anywhere: what is known afterwards must be
 * what it is when everything comes in order. It is driven through decoding, judgement, late truth and what the stores say counts,
 * in this process: a service of its own for each order would take a night.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../../fixtures/simulator/random.ts'
import type { Packet } from '../../model/packet.ts'
import { Config, clockOf } from '../../src/config.ts'
import { byTime, JudgedLine } from './judged-line.ts'
import { oneDay, type SentOnTime } from './one-day.ts'

export interface OrderRun {
  readonly permutations: number
  /** Packets of the day, and of those how many are of earlier days. */
  readonly packets: number
  readonly latePackets: number
  readonly usagePoints: number
  readonly alerts: number
  /** Of these raised on the day that is shuffled. */
  readonly raisedThatDay: number
  /** Orders after which late readings were judged again. */
  readonly judgedAgain: number
  /** Orders in which each was another. */
  readonly different: Readonly<Record<(typeof COMPARED)[number], number>>
  /** The first few. */
  readonly complaints: readonly string[]
}

const COMPARED = ['alerts', 'state', 'readings', 'books'] as const
const COMPLAINTS = 5
const SAID_EVERY = 500
const MOST_PACKETS = 200
/** Share of the orders in which the first hours of the next day come among the day's packets. */
const OVERLAPS = 0.3
const EVENING_SECONDS = 4 * 3_600

export interface OrderOptions {
  readonly seed: string
  readonly permutations: number
  readonly say: (line: string) => void
}

export async function runOrders({ seed, permutations, say }: OrderOptions): Promise<OrderRun> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-orders-'))
  try {
    const config = Config.parse({})
    const material = oneDay(clockOf(config))
    const { before, day, after } = material
    const inOrder = new JudgedLine(config, material, join(directory, 'in-order'))
    for (const packets of byTime([...before, ...day])) inOrder.take(packets)
    const expected = await inOrder.end(after)
    const line = new JudgedLine(config, material, join(directory, 'shuffled'))
    for (const packets of byTime(before.filter(({ late }) => !late))) line.take(packets)
    line.save()
    const ofTheDay = [...before.filter(({ late }) => late), ...day]
    const evening = after.filter(({ at }) => at < after[0].at + EVENING_SECONDS)
    let judgedAgain = 0
    const different = { alerts: 0, state: 0, readings: 0, books: 0 }
    const complaints: string[] = []
    for (let turn = 1; turn <= permutations; turn++) {
      const random = new Random(`order/${seed}/${turn}`)
      line.goBack()
      const mixed = random.chance(OVERLAPS) ? evening.length : 0
      for (const packets of shuffled([...ofTheDay, ...after.slice(0, mixed)], random)) line.take(packets)
      const told = await line.end(after.slice(mixed))
      if (told.judgedAgain > 0) judgedAgain++
      for (const what of COMPARED) {
        if (told[what] === expected[what]) continue
        different[what]++
        if (complaints.length < COMPLAINTS) complaints.push(`order ${turn} of seed ${seed}: other ${what}`)
      }
      if (turn % SAID_EVERY === 0) say(`${turn} orders, alerts of ${different.alerts} and state of ${different.state} are others`)
    }
    const alerts = inOrder.alerts()
    const raised = alerts.filter(({ raisedAt }) => isWithin(Date.parse(raisedAt) / 1000, day)).length
    return {
      ...{ permutations, packets: ofTheDay.length, latePackets: ofTheDay.length - day.length },
      ...{
        usagePoints: material.ledger.usagePoints.length,
        alerts: alerts.length,
        raisedThatDay: raised,
        judgedAgain,
        different,
        complaints,
      },
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function* shuffled(packets: readonly Packet[], random: Random): Iterable<Packet[]> {
  const order = [...packets, ...packets.filter(() => random.chance(0.05))]
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.int(0, at)
    ;[order[at], order[other]] = [order[other], order[at]]
  }
  for (let from = 0; from < order.length; ) {
    const length = random.int(1, MOST_PACKETS)
    yield order.slice(from, from + length)
    from += length
  }
}

function isWithin(at: number, day: readonly SentOnTime[]): boolean {
  return day.length > 0 && at > day[0].at && at <= day[day.length - 1].at + 900
}
