/**
 * Kills the real service again and again: at every named crash point, and at random in between, while gateways publish from
 * outside. What was acknowledged is noted here, outside the process; the oracle compares it with what came out.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../../fixtures/simulator/random.ts'
import { CRASH_POINTS, type CrashPoint } from '../../ingest/crash-point.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { bornLife, type LifeOptions } from './killed-service.ts'
import { FLOWING, liveAndDie } from './live-and-die.ts'
import { prepareTrial } from './trial.ts'

export interface KillRunOptions {
  readonly seed: string
  readonly kills: number
  readonly days: number
  readonly say: (line: string) => void
  /** The program that is killed; this tree's when not given. */
  readonly program?: string
  /** Crash points to kill at; all when not given. */
  readonly points?: readonly CrashPoint[]
  /** When it aborts, no further life begins; the story is told to its end and compared. */
  readonly signal?: AbortSignal
}

export interface KillRun extends Comparison {
  readonly kills: number
  /** Of these before the service took packets again. */
  readonly atStart: number
  readonly cleanStops: number
  /** How often the service died at each point. */
  readonly points: ReadonlyMap<CrashPoint, number>
  readonly packets: number
  readonly sent: number
}

/** What all lives together are to send; the last one, that is not killed, sends the rest. */
const STORY = 0.95
/** Tries at a point before the run goes on without it; the caller finds it missing. */
const TRIES = 4

export async function runKills(options: KillRunOptions): Promise<KillRun> {
  const { seed, days, say, program, signal } = options
  const directory = mkdtempSync(join(tmpdir(), 'adit-kills-'))
  try {
    const trial = await prepareTrial(days, directory)
    const { data, sent, passwords } = trial
    const feed = new GatewayFeed(sent.packets)
    const random = new Random(`kills/${seed}`)
    const lives = planLives(random, options)
    const points = new Map<CrashPoint, number>((options.points ?? CRASH_POINTS).map((point) => [point, 0]))
    let died = 0
    let atStart = 0
    let cleanStops = 0
    const damage: string[] = []
    for (let life = lives.shift(); life && !signal?.aborted; life = lives.shift()) {
      const quota = (STORY * feed.left) / (lives.length + 1)
      const share = feed.done ? Number.POSITIVE_INFINITY : Math.ceil(quota * random.uniform(0.5, 1.5))
      const { at, early, damage: found } = await liveAndDie({ data, passwords, program, crash: life.crash }, feed, share)
      damage.push(...found)
      if (at === 'in peace') cleanStops++
      else died++
      if (early) atStart++
      if (at === 'at the point' && life.crash) points.set(life.crash.point, (points.get(life.crash.point) ?? 0) + 1)
      else if (life.crash && points.get(life.crash.point) === 0 && life.tries < TRIES)
        lives.push({ crash: { point: life.crash.point, times: 1 }, tries: life.tries + 1 })
      say(`${died} kills, ${feed.acknowledgements} acknowledged: ${life.crash?.point ?? 'anywhere'} ${at}`)
    }

    const last = await bornLife({ data, passwords, program, crash: null })
    while (!feed.done && !last.publishers[0].closed) await feed.send(last, { ...FLOWING, quota: feed.left, patience: 60_000 })
    const comparison = await compare(last, trial, feed, damage)
    return { ...comparison, kills: died, atStart, cleanStops, points, packets: sent.packets.length, sent: sumOf(feed.sends) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

interface PlannedLife {
  readonly crash: LifeOptions['crash']
  readonly tries: number
}

/** Every point in turn, shuffled, and a quarter of the lives at random. */
function planLives(random: Random, { kills, points = CRASH_POINTS }: KillRunOptions): PlannedLife[] {
  const placed: { readonly life: PlannedLife; readonly at: number }[] = []
  while (placed.length < kills || placed.length < points.length) {
    const merging = random.uniform(0.5, 0.9)
    for (const point of points) {
      const times = random.int(1, OFTEN.test(point) ? 40 : SOMETIMES.test(point) ? 4 : 1)
      // alerts come late in the story; a merge that was killed is begun again at the next start
      const at = point.startsWith('merge') ? merging : random.uniform(point.startsWith('alerts') ? 0.6 : 0, 1)
      placed.push({ life: { crash: { point, times }, tries: 1 }, at })
    }
    for (let i = 0; i < points.length / 3; i++) placed.push({ life: { crash: null, tries: 1 }, at: random.uniform(0, 1) })
  }
  return placed.sort((one, other) => one.at - other.at).map(({ life }) => life)
}

/** Points that a life comes by hundreds of times, and a few times. */
const OFTEN = /^(packet|puback)/
const SOMETIMES = /^(journal-inserted|journal-committed|slice|batch|quarantine|tail-placed)/
function sumOf(counts: Uint16Array): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}
