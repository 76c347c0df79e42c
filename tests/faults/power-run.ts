/**
 * Cuts the power of the disk that holds the data directory, again and again: at random instants while gateways publish, and
 * the moment after the service died at a crash point. What was acknowledged before a cut is never sent again; the oracle
 * looks for it at the end.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../../fixtures/simulator/random.ts'
import { CRASH_POINTS, type CrashPoint } from '../../ingest/crash-point.ts'
import { Ext4Disk } from './ext4-disk.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { bornLife, type LifeOptions } from './killed-service.ts'
import { FLOWING, liveAndDie } from './live-and-die.ts'
import { standStill } from './stand-still.ts'
import { prepareTrial } from './trial.ts'

export interface PowerRunOptions {
  readonly seed: string
  readonly cuts: number
  readonly days: number
  readonly say: (line: string) => void
  readonly program?: string
  /** Points to cut at, in turn; all when not given. */
  readonly points?: readonly CrashPoint[]
}

export interface PowerRun extends Comparison {
  readonly cuts: number
  readonly atRandom: number
  /** Points at which the service had just died when the power went. */
  readonly points: ReadonlySet<CrashPoint>
  readonly packets: number
}

const DISK_MEBIBYTES = 1_024

export async function runPowerCuts(options: PowerRunOptions): Promise<PowerRun> {
  const { seed, cuts, days, say, program } = options
  const directory = mkdtempSync(join(tmpdir(), 'adit-power-'))
  const disk = Ext4Disk.create(directory, DISK_MEBIBYTES)
  try {
    const trial = await prepareTrial(days, directory, join(disk.path, 'data'))
    const { data, sent, passwords } = trial
    const feed = new GatewayFeed(sent.packets, 0)
    const random = new Random(`power/${seed}`)
    const points = new Set<CrashPoint>()
    const damage: string[] = []
    let atRandom = 0
    let made = 0
    const cutPower = () => {
      disk.cutPower()
      made++
    }
    for (const [index, crash] of planCuts(random, options).entries()) {
      const share = feed.done
        ? Number.POSITIVE_INFINITY
        : Math.ceil((0.9 * sent.packets.length * random.uniform(0.3, 1.7)) / cuts)
      const death = await liveAndDie({ data, passwords, program, crash }, feed, share, (pid) => {
        standStill(pid)
        cutPower()
      })
      if (crash !== null) cutPower()
      disk.restore()
      damage.push(...death.damage)
      if (crash === null) atRandom++
      else if (death.at === 'at the point') points.add(crash.point)
      say(`${index + 1} cuts, ${feed.acknowledgements} acknowledged: ${crash?.point ?? 'anywhere'} ${death.at}`)
    }
    const last = await bornLife({ data, passwords, program, crash: null })
    while (!feed.done && !last.publishers[0].closed) await feed.send(last, { ...FLOWING, quota: feed.left, patience: 60_000 })
    const comparison = await compare(last, trial, feed, damage)
    return { ...comparison, cuts: made, atRandom, points, packets: sent.packets.length }
  } finally {
    disk.discard()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Every other cut at random, the others at the points in turn. */
function planCuts(random: Random, { cuts, points = CRASH_POINTS }: PowerRunOptions): LifeOptions['crash'][] {
  const first = random.int(0, points.length - 1)
  return Array.from({ length: cuts }, (_, index) => {
    if (index % 2 === 0) return null
    const point = points[(first + (index - 1) / 2) % points.length]
    return { point, times: random.int(1, /^(packet|puback)/.test(point) ? 40 : 2) }
  })
}
