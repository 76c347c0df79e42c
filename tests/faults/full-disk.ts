/** What a service has to do while one of its disks is full or read-only, as seen from outside. */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { GatewayFeed } from './gateway-feed.ts'
import type { Life } from './killed-service.ts'

/** The disk of everything, or of one part alone. */
export type FullDisk = 'all' | 'archive' | 'readings'

const Health = z.object({ ready: z.boolean(), parts: z.array(z.object({ part: z.string(), status: z.string() })) })
const Summary = z.object({ pending: z.int() })
/** Checkpoints come five times as often. */
const SAVED_MS = 1_000
/** Without an acknowledgement for so long at full load, the disk is full. */
const STILL_MS = 700
const PATIENCE_MS = 30_000
/** A checkpoint is made after twenty times as long as the last one took: on a busy machine seconds. */
const FELT_MS = 90_000

/** Everything that is not as it should be, once the full disk is felt. */
export async function findFull(which: FullDisk, life: Life, feed: GatewayFeed): Promise<string[]> {
  if (which === 'all') await untilStill(life, feed)
  const part = which === 'all' ? 'disk' : 'detectors'
  if (!(await waited(async () => (await failing(life)).includes(part), FELT_MS)))
    return hasEnded(life)
      ? [`the service ended on a full disk: ${lastLine(life)}`]
      : [`the disk of ${which} is full and health does not fail for ${part}`]
  const complaints: string[] = []
  complaints.push(...(await findUnserved(life)))
  if (which === 'all') return complaints
  // what only the judging half writes does not hold up a gateway
  const before = feed.acknowledgements
  if (!(await waited(() => feed.acknowledgements > before || feed.done, PATIENCE_MS)))
    complaints.push(`nothing is acknowledged although only the disk of ${which} is full`)
  return complaints
}

/** Gateways must stay, and be answered. */
export async function findUnserved({ publishers }: Life): Promise<string[]> {
  const [publisher] = publishers
  const { pongs } = publisher
  publisher.ping()
  const answered = await waited(() => publisher.pongs > pongs, PATIENCE_MS)
  return [
    ...(answered ? [] : ['a ping is not answered while the disk is full']),
    ...publishers.filter(({ closed }) => closed).map(() => 'a gateway was thrown out while the disk was full'),
  ]
}

/** Milliseconds until it goes on: packets are acknowledged, and what waited is judged. Infinite when it does not. */
export async function resume(which: FullDisk, life: Life, feed: GatewayFeed): Promise<number> {
  const began = performance.now()
  const before = feed.acknowledgements
  const acknowledges = () => which !== 'all' || feed.acknowledgements > before
  const goesOn = async () => acknowledges() && !(await failing(life)).includes('detectors')
  const resumed = await waited(goesOn, PATIENCE_MS)
  return resumed && !hasEnded(life) ? performance.now() - began : Number.POSITIVE_INFINITY
}

export async function findReadOnly(life: Life): Promise<string[]> {
  if (await waited(async () => (await failing(life)).includes('journal'), PATIENCE_MS)) return []
  if (hasEnded(life)) return [`the service ended on a read-only disk: ${lastLine(life)}`]
  return ['the disk is read-only and health does not say so']
}

export function hasEnded({ service: { process: child } }: Life): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

export async function waited(holds: () => boolean | Promise<boolean>, patience: number): Promise<boolean> {
  const deadline = performance.now() + patience
  while (performance.now() < deadline) {
    if (await holds()) return true
    await delay(20)
  }
  return false
}

/** Everything is judged and saved. */
export async function untilQuiet({ http }: Life): Promise<void> {
  while (Summary.parse(await (await fetch(`${http}/api/v1/summary`)).json()).pending > 0) await delay(100)
  await delay(SAVED_MS)
}

async function untilStill(life: Life, feed: GatewayFeed): Promise<void> {
  for (let before = -1; feed.acknowledgements !== before && !hasEnded(life); await delay(STILL_MS)) before = feed.acknowledgements
}

/** Parts that fail; none when the service does not answer. */
export async function failing({ http }: Life): Promise<string[]> {
  const answer = await fetch(`${http}/api/v1/health`).catch(() => null)
  if (answer === null) return []
  const { parts } = Health.parse(await answer.json())
  return parts.filter(({ status }) => status === 'fail').map(({ part }) => part)
}

export function lastLine({ service }: Life): string {
  return service.told().trim().split('\n').at(-1)?.slice(0, 600) ?? ''
}
