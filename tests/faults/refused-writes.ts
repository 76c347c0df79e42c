/**
 * Every write that the service makes, refused by a full disk once: it stands still at a point right before the write, the disk
 * is filled, it goes on. What is written beside the line (audit log, ledgers, copies, seals) is asked for while the disk is full.
 * When there is room again all goes on, and nothing is lost, doubled or damaged by it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CrashPoint } from '../../ingest/crash-point.ts'
import { Ext4Disk } from './ext4-disk.ts'
import { failing, findUnserved, hasEnded, lastLine, untilQuiet, waited } from './full-disk.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { bornLife, type Life, ServiceEnded, stopLife } from './killed-service.ts'
import { damageIn, FLOWING } from './live-and-die.ts'
import { refuseBeside } from './refused-beside.ts'
import { standsStill } from './stand-still.ts'
import { prepareTrial } from './trial.ts'

export interface RefusedWritesOptions {
  readonly days: number
  readonly say: (line: string) => void
  readonly program?: string | undefined
}

export interface RefusedWrites extends Comparison {
  /** How often each write was refused. */
  readonly refused: Readonly<Record<string, number>>
  readonly longestResumeMs: number
  readonly packets: number
}

interface LineWrite {
  readonly what: string
  /** In the judging thread: the next thing it does is the write, or to ask the receiving thread for it. */
  readonly behind: CrashPoint
  /** In the log, once it was refused. */
  readonly said: RegExp
  /** What then fails in health. */
  readonly part: 'detectors' | 'database'
}

const WAITS = /what was read cannot be written/
const LINE_WRITES: readonly LineWrite[] = [
  { what: 'quarantine', behind: 'quarantine-inserted', said: /Quarantine\.keep/, part: 'detectors' },
  { what: 'readings', behind: 'tail-begun', said: /IO Error/, part: 'detectors' },
  { what: 'checkpoint', behind: 'tail-flushed', said: /saveCheckpoint/, part: 'detectors' },
  { what: 'archive', behind: 'checkpoint-renamed', said: /receiver\.ts/, part: 'detectors' },
  { what: 'alerts', behind: 'alerts-written', said: /alerts cannot be written/, part: 'database' },
]

const SEALING: CrashPoint = 'seals-begun'
const MEBIBYTES = 512
const PATIENCE_MS = 30_000
/** The first alerts are days away. */
const COMING_BY_MS = 120_000
/** Between two windows, so that there is something left to send when the disk is full. */
const PAUSE_MS = 20

export async function runRefusedWrites({ days, say, program }: RefusedWritesOptions): Promise<RefusedWrites> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-refused-'))
  const lives: Life[] = []
  const disk = Ext4Disk.create(directory, MEBIBYTES)
  try {
    const data = join(disk.path, 'data')
    const trial = await prepareTrial(days, directory, data)
    const born = async (environment: Record<string, string> = {}) => {
      const life = await bornLife({ data, passwords: trial.passwords, program, crash: null, environment })
      lives.push(life)
      return life
    }
    const feed = new GatewayFeed(trial.sent.packets)
    const refused: Record<string, number> = {}
    const complaints: string[] = []
    let longestResumeMs = 0
    const note = ({ what, resumeMs, found }: Refused) => {
      refused[what] = found.length === 0 ? 1 : 0
      longestResumeMs = Math.max(longestResumeMs, resumeMs)
      complaints.push(...found.map((complaint) => `${what}: ${complaint}`))
      say(`${what} refused: on again after ${Math.round(resumeMs)} ms, ${feed.acknowledgements} acknowledged ${found.join('; ')}`)
    }
    for (const write of LINE_WRITES) {
      const life = await born({ ADIT_STOP_AT: write.behind })
      note(await refuseOne(write, life, disk, feed))
      await untilQuiet(life)
      if ((await stopLife(life)) || life.service.process.exitCode !== 0)
        throw new ServiceEnded(`it did not stop: ${lastLine(life)}`)
    }
    for (const one of await refuseBeside(await born({ ADIT_STOP_AT: SEALING }), { directory, data, program, disk, feed }))
      note(one)
    const last = await born()
    while (!feed.done && !last.publishers[0].closed) await feed.send(last, { ...FLOWING, quota: feed.left, patience: 60_000 })
    complaints.push(...lives.flatMap(({ service }) => damageIn(service.told())))
    const comparison = await compare(last, trial, feed, complaints)
    return { ...comparison, refused, longestResumeMs, packets: trial.sent.packets.length }
  } finally {
    for (const { service } of lives) service.process.kill('SIGKILL')
    disk.discard()
    rmSync(directory, { recursive: true, force: true })
  }
}

export interface Refused {
  readonly what: string
  /** From room to going on. */
  readonly resumeMs: number
  readonly found: readonly string[]
}

async function refuseOne(
  { what, behind, said, part }: LineWrite,
  life: Life,
  disk: Ext4Disk,
  feed: GatewayFeed,
): Promise<Refused> {
  const pid = life.service.process.pid ?? 0
  const enough = new AbortController()
  const load = { ...FLOWING, pause: PAUSE_MS, quota: Number.POSITIVE_INFINITY, patience: 2 * COMING_BY_MS, signal: enough.signal }
  const sending = feed.send(life, load)
  try {
    if (!(await waited(() => hasEnded(life) || standsStill(pid), COMING_BY_MS))) return never(what, `nothing came by ${behind}`)
    if (hasEnded(life)) return never(what, `the service ended: ${lastLine(life)}`)
    const before = life.service.told().length
    disk.fill(0)
    life.service.process.kill('SIGCONT')
    const told = () => life.service.told().slice(before).split('\n')
    const isRefusal = (line: string) => said.test(line) && (part === 'database' || WAITS.test(line))
    const wasRefused = await waited(() => hasEnded(life) || told().some(isRefusal), PATIENCE_MS)
    if (!wasRefused || hasEnded(life)) return never(what, `the write was not refused: ${lastLine(life)}`)
    const found = await findUnserved(life)
    if (!(await waited(async () => (await failing(life)).includes(part), PATIENCE_MS)))
      found.push(`health does not fail for ${part}`)
    disk.empty()
    const resumeMs = await untilOn(life, feed)
    if (!Number.isFinite(resumeMs)) found.push('it did not go on when there was room again')
    return { what, resumeMs, found }
  } finally {
    disk.empty()
    life.service.process.kill('SIGCONT')
    enough.abort()
    await sending
  }
}

const LONGEST_RESUME_MS = 10_000

/** Milliseconds until packets are acknowledged and judged again. Infinite when it takes too long. */
export async function untilOn(life: Life, feed: GatewayFeed): Promise<number> {
  const began = performance.now()
  const before = feed.acknowledgements
  const isOn = async () =>
    feed.acknowledgements > before && !(await failing(life)).some((part) => ['journal', 'detectors', 'database'].includes(part))
  return (await waited(isOn, LONGEST_RESUME_MS)) && !hasEnded(life) ? performance.now() - began : Number.POSITIVE_INFINITY
}

function never(what: string, complaint: string): Refused {
  return { what, resumeMs: 0, found: [complaint] }
}
