/**
 * Disks that get full, hang and turn read-only under the running service: what cannot be written is not acknowledged, nobody
 * is thrown out, all goes on when there is room again, and nothing is lost or damaged by it. Archive and readings lie on
 * disks of their own, so that each of them gets full alone, too.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Random } from '../../fixtures/simulator/random.ts'
import { Ext4Disk } from './ext4-disk.ts'
import { type FullDisk, findFull, findReadOnly, hasEnded, resume, untilQuiet, waited } from './full-disk.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { bornLife, type Life, type LifeOptions, ServiceEnded } from './killed-service.ts'
import { damageIn, FLOWING } from './live-and-die.ts'
import { prepareTrial } from './trial.ts'

export interface DiskRunOptions {
  readonly seed: string
  /** How often a disk is filled. */
  readonly fills: number
  readonly days: number
  readonly say: (line: string) => void
  readonly program?: string
}

export interface DiskRun extends Comparison {
  readonly fills: Readonly<Record<FullDisk, number>>
  /** Which writes were refused, and how often, by the service's own log. */
  readonly refused: Readonly<Record<string, number>>
  /** The longest from the return of space until packets are acknowledged, or judged, again. */
  readonly longestResumeMs: number
  readonly packets: number
}

/** The main one: more than the free space below which health speaks of the disk. */
const MEBIBYTES: Readonly<Record<FullDisk, number>> = { all: 512, archive: 48, readings: 48 }
const DISKS: readonly FullDisk[] = ['all', 'archive', 'all', 'readings']
/** What a fill leaves, in bytes: each makes other writes fail first. */
const LEFT = [0, 0, 8_192, 32_768, 131_072]
const HANG_MS = 1_500
/** Between two windows: what is sent must last until the disk is full. */
const PAUSE_MS = 150

export async function runDiskFaults({ seed, fills, days, say, program }: DiskRunOptions): Promise<DiskRun> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-disk-'))
  const disks = new Map<FullDisk, Ext4Disk>()
  const lives: Life[] = []
  try {
    const main = Ext4Disk.create(directory, MEBIBYTES.all)
    const data = join(main.path, 'data')
    disks.set('all', main)
    for (const part of ['archive', 'readings'] as const)
      disks.set(part, Ext4Disk.create(directory, MEBIBYTES[part], join(data, part)))
    const trial = await prepareTrial(days, directory, data)
    const { passwords, sent } = trial
    const random = new Random(`disk/${seed}`)
    const feed = new GatewayFeed(sent.packets)
    const complaints: string[] = []
    const options: LifeOptions = { data, passwords, program, crash: null }
    const life = await born(options, lives)
    const share = Math.floor((0.3 * sent.packets.length) / (fills + 2))
    const counts = { all: 0, archive: 0, readings: 0 }
    let longestResumeMs = 0
    for (let fill = 1; fill <= fills && !hasEnded(life); fill++) {
      const which = DISKS[fill % DISKS.length]
      const disk = disks.get(which) ?? main
      const left = which === 'all' ? random.pick(LEFT) : 0
      await feed.send(life, { ...FLOWING, quota: share })
      disk.fill(left)
      // one sending over it all: a gateway sends nothing twice on one connection
      const enough = new AbortController()
      const load = {
        ...FLOWING,
        pause: which === 'all' ? PAUSE_MS : 4 * PAUSE_MS,
        quota: Number.POSITIVE_INFINITY,
        patience: 120_000,
      }
      const sending = feed.send(life, { ...load, signal: enough.signal })
      const found = await findFull(which, life, feed)
      if (feed.done) found.push('everything was acknowledged before the disk was full')
      disk.empty()
      const resumed = await resume(which, life, feed)
      enough.abort()
      longestResumeMs = Math.max(longestResumeMs, resumed)
      if (!Number.isFinite(resumed)) found.push('it did not go on when there was room again')
      for (const complaint of found) {
        complaints.push(`fill ${fill} of ${which}: ${complaint}`)
        say(complaint)
      }
      await sending
      counts[which]++
      say(`${which} full but for ${left} bytes: on again after ${Math.round(resumed)} ms, ${feed.acknowledgements} acknowledged`)
    }
    if (hasEnded(life)) throw new ServiceEnded(complaints.join('\n'))
    complaints.push(...(await hang(main, life, feed)))
    say(`hung and went on, ${feed.acknowledgements} acknowledged`)
    await feed.send(life, { ...FLOWING, quota: share })
    // with nothing on its way to the disk: stand-still.ts says why
    await untilQuiet(life)
    main.turnReadOnly()
    const sending = feed.send(life, { ...FLOWING, quota: share, patience: 3_000 })
    complaints.push(...(await findReadOnly(life)))
    const told = life.service.told()
    complaints.push(...damageIn(told))
    life.service.process.kill('SIGKILL')
    await Promise.all([life.service.ended, sending])
    main.repair([...disks.values()].slice(1))
    say(`read-only, repaired, ${feed.acknowledgements} acknowledged`)

    const last = await born(options, lives)
    while (!feed.done && !last.publishers[0].closed) await feed.send(last, { ...FLOWING, quota: feed.left, patience: 60_000 })
    const comparison = await compare(last, trial, feed, complaints)
    return { ...comparison, fills: counts, refused: refusedIn(told), longestResumeMs, packets: sent.packets.length }
  } finally {
    for (const { service } of lives) service.process.kill('SIGKILL')
    for (const disk of [...disks.values()].reverse()) disk.discard()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function born(options: LifeOptions, lives: Life[]): Promise<Life> {
  const life = await bornLife(options)
  lives.push(life)
  return life
}

async function hang(disk: Ext4Disk, life: Life, feed: GatewayFeed): Promise<string[]> {
  disk.freeze()
  const sending = feed.send(life, { ...FLOWING, quota: 1_000 })
  await delay(HANG_MS)
  const before = feed.acknowledgements
  disk.thaw()
  const wentOn = await waited(() => feed.acknowledgements > before, 30_000)
  await sending
  if (!wentOn) return ['nothing was acknowledged after the disk had hung']
  return life.publishers.filter(({ closed }) => closed).map(() => 'a gateway was thrown out because the disk hung')
}

const WRITES: Readonly<Record<string, RegExp>> = {
  quarantine: /Quarantine\.keep/,
  readings: /IO Error/,
  alerts: /AlertStore/,
  checkpoint: /saveCheckpoint/,
  archive: /receiver\.ts/,
}

function refusedIn(log: string): Record<string, number> {
  const lines = log.split('\n').filter((line) => line.includes('what was read cannot be written'))
  const counts = Object.entries(WRITES).map(([what, frame]): [string, number] => [
    what,
    lines.filter((line) => frame.test(line)).length,
  ])
  return Object.fromEntries(counts)
}
