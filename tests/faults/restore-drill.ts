/**
 * The restore drill: a backup is taken of the service while gateways publish, the service is killed and its disk is gone. What
 * was acknowledged before the backup began has to be in what is restored; the gateways' records give the rest again.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { Random } from '../../fixtures/simulator/random.ts'
import { runAdit, startAdit } from '../cli/run-adit.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { bornLife, type Life } from './killed-service.ts'
import type { Sent } from './sent-packets.ts'
import { prepareTrial } from './trial.ts'

export interface Drill extends Comparison {
  /** Packets that were acknowledged when the backup began, and between then and the kill. */
  readonly before: number
  readonly during: number
  /** Of those before, packets that the restored service did not have. */
  readonly missing: number
  /** Packets that it did not have in all. */
  readonly sentAgain: number
  readonly backup: { readonly files: number; readonly seconds: number }
}

const FLOWING = { patience: 120_000, pause: 0, repeat: false }
/** Two thousand packets a second while the backup is taken. */
const STEADY = { ...FLOWING, pause: 60 }
const Taken = z.object({ files: z.int(), seconds: z.number() })
const Summary = z.object({ pending: z.int() })
const Profile = z.object({ start: z.array(z.int()) })
const Payload = z.object({ start: z.iso.datetime(), readings: z.array(z.tuple([z.string()], z.unknown())) })

export async function runDrill(seed: string, days: number): Promise<Drill> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-drill-'))
  try {
    const trial = await prepareTrial(days, directory)
    const { sent, data, passwords } = trial
    const { packets } = sent
    const feed = new GatewayFeed(packets)
    const life = await bornLife({ data, passwords, crash: null })
    const share = new Random(`drill/${seed}`).uniform(0.3, 0.6)
    await feed.send(life, { ...FLOWING, quota: Math.ceil(share * packets.length) })

    const before = Uint8Array.from(feed.acknowledged)
    const backup = await takeWhileSending(life, feed, data, join(directory, 'backup'))
    await feed.send(life, { ...STEADY, quota: 600, atEnd: () => life.service.process.kill('SIGKILL') })
    await life.service.ended
    const during = sumOf(feed.acknowledged) - sumOf(before)
    rmSync(data, { recursive: true })

    const restored = join(directory, 'restored')
    await runWell('restore', join(directory, 'backup'), '--data', restored)
    const second = await bornLife({ data: restored, passwords, crash: null })
    const has = await packetsOf(second, sent, usagePointsOf(directory))
    // what nobody can read is compared in the quarantine, which must have each, from whichever service
    const missing = packets.filter(({ poison }, index) => poison === undefined && before[index] && !has(index)).length
    const lacking = packets.flatMap(({ poison }, index) => ((poison === undefined ? has(index) : before[index]) ? [] : [index]))
    const rest = new GatewayFeed(lacking.map((index) => packets[index]))
    await rest.send(second, { ...FLOWING, quota: Number.POSITIVE_INFINITY })

    const both = new GatewayFeed(packets)
    both.acknowledged.fill(1)
    both.sends.set(feed.sends)
    for (const [place, index] of lacking.entries()) {
      both.acknowledged[index] = rest.acknowledged[place]
      both.sends[index] += rest.sends[place]
    }
    const comparison = await compare(second, { ...trial, data: restored }, both, [])
    await runWell('verify-audit', '--data', restored)
    return { ...comparison, before: sumOf(before), during, missing, sentAgain: lacking.length, backup }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function runWell(...words: string[]): Promise<void> {
  const { code, stderr } = await runAdit(...words)
  if (code !== 0) throw new Error(`adit ${words.join(' ')} ended with ${code}: ${stderr}`)
}

async function takeWhileSending(life: Life, feed: GatewayFeed, data: string, out: string): Promise<Drill['backup']> {
  const backup = startAdit(['backup', '--data', data, '--out', out, '--json'])
  let ended = false
  const end = backup.ended.finally(() => {
    ended = true
  })
  while (!ended && !feed.done) await feed.send(life, { ...STEADY, quota: 300 })
  const { code, stdout, stderr } = await end
  if (code !== 0) throw new Error(`the backup ended with ${code}: ${stderr}`)
  return Taken.parse(JSON.parse(stdout))
}

/** Once everything that was restored is judged: whether all readings of a packet are stored. */
async function packetsOf(
  { http }: Life,
  { packets, truth }: Sent,
  usagePointOf: ReadonlyMap<string, string>,
): Promise<(index: number) => boolean> {
  const get = async (path: string): Promise<unknown> => await (await fetch(`${http}${path}`)).json()
  while (Summary.parse(await get('/api/v1/summary')).pending > 0) await pause(50)
  const stored = new Map<string | undefined, ReadonlySet<number>>()
  for (const [usagePoint, { start }] of truth) {
    if (start.length === 0) continue
    const [from, to] = [start[0], start[start.length - 1] + 1].map((seconds) => new Date(seconds * 1000).toISOString())
    const profile = await get(`/api/v1/usage-points/${usagePoint}/load-profile?from=${from}&to=${to}`)
    stored.set(usagePoint, new Set(Profile.parse(profile).start))
  }
  return (index) => {
    const { start, readings } = Payload.parse(JSON.parse(packets[index].payload))
    return readings.every(([meter]) => stored.get(usagePointOf.get(meter))?.has(Date.parse(start) / 1000))
  }
}

function usagePointsOf(directory: string): ReadonlyMap<string, string> {
  const rows: Record<string, string>[] = parse(readFileSync(join(directory, 'usage-points.csv')), { columns: true, bom: true })
  return new Map(rows.map((row) => [row.meter, row.usage_point]))
}

function sumOf(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0)
}
