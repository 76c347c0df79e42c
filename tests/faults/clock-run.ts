/** Clocks that jump, zones of the machine, days of 23 and 25 hours, and readings of a day in any order: nothing of it may change a verdict. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { Random } from '../../fixtures/simulator/random.ts'
import { makeWorld } from '../../fixtures/simulator/world.ts'
import { writeLedgers } from '../../fixtures/simulator/world-files.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { startAdit } from '../cli/run-adit.ts'
import { bankOf, FIRST_NOON, hamlet, type Reading, verdictsOf } from '../detectors/county.ts'
import { cutAnywhere, intervals } from '../detectors/streams.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { bornLife } from './killed-service.ts'
import { FLOWING } from './live-and-die.ts'
import { prepareTrial } from './trial.ts'

const HOUR = 3_600_000
/** Forwards and back, by hours and by days, and to where it began. */
export const STEPS = [0, HOUR, -HOUR, 24 * HOUR, -24 * HOUR, 0.25 * HOUR, 0]
const STEPPED_CLOCK = join(import.meta.dirname, 'stepped-clock.mjs')

export interface SteppedRun extends Comparison {
  /** Steps after which the service was seen to acknowledge by the wrong clock. */
  readonly steps: number
}

/** A life in which the system clock jumps while gateways send. */
export async function runClockSteps(days: number): Promise<SteppedRun> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-clock-'))
  try {
    const trial = await prepareTrial(days, directory)
    const clock = join(directory, 'clock')
    writeFileSync(clock, '0')
    const life = await bornLife({
      ...{ data: trial.data, passwords: trial.passwords, crash: null },
      environment: { STEPPED_CLOCK: clock, NODE_OPTIONS: `--import=${STEPPED_CLOCK}` },
    })
    const feed = new GatewayFeed(trial.sent.packets)
    const quota = Math.ceil(trial.sent.packets.length / STEPS.length)
    let steps = 0
    for (const step of STEPS) {
      writeFileSync(clock, String(step))
      await pause(300)
      const before = Date.now()
      await feed.send(life, { ...FLOWING, quota: Math.min(quota, Math.max(1, feed.left)), patience: 120_000 })
      await untilJudged(life.http)
      const seen = await lastReceived(life.http)
      if (Math.abs(seen - before - step) < HOUR / 10) steps++
    }
    while (!feed.done) await feed.send(life, { ...FLOWING, quota: feed.left, patience: 120_000 })
    return { ...(await compare(life, trial, feed, [])), steps }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function untilJudged(http: string): Promise<void> {
  const Summary = z.object({ pending: z.int() })
  while (Summary.parse(await (await fetch(`${http}/api/v1/summary`)).json()).pending > 0) await pause(50)
}

const Refused = z.object({ items: z.array(z.object({ receivedAt: z.iso.datetime() })) })

/** When, by the service's own clock, the latest packet came that nobody can read; every fiftieth is one. */
async function lastReceived(http: string): Promise<number> {
  const { items } = Refused.parse(await (await fetch(`${http}/api/v1/quarantine?limit=1`)).json())
  return Date.parse(items[0]?.receivedAt ?? '')
}

export const ZONES = ['UTC', 'Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe']

export interface ZoneRun {
  /** What `adit detect` wrote and said with TZ set to each of ZONES: all must be the same. */
  readonly outputs: readonly string[]
  readonly alerts: number
}

/** Local times without an offset over the days on which the clocks of New York go back, on machines in other zones. */
export async function runZones(): Promise<ZoneRun> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-zones-'))
  try {
    const world = makeWorld({
      ...{ seed: 'zones', areas: 2, usersPerArea: 15, days: 40, startDate: '2026-10-01', seconds: 1_800, sites: 6 },
      routes: ['metered', 'tapped'],
    })
    writeLedgers(world, directory)
    const rows = ['meter,start,seconds,energy_wh']
    for (const { meter, columns } of world.meters)
      for (const [interval, wh] of columns.energyWh.entries())
        if (!Number.isNaN(wh))
          rows.push(`${meter},${newYorkTime(world.scene.calendar.startUtc + interval * 1_800)},1800,${Math.round(wh)}`)
    writeFileSync(join(directory, 'readings.csv'), rows.join('\n'))
    writeFileSync(join(directory, 'adit.yaml'), 'timeZone: America/New_York\n')
    const outputs: string[] = []
    for (const zone of ZONES) outputs.push(await detectIn(zone, directory))
    const [first] = outputs
    return { outputs, alerts: first.split('\n').filter((line) => line.startsWith('{')).length }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function detectIn(zone: string, directory: string): Promise<string> {
  const out = join(directory, 'alerts.ndjson')
  const ledgers = ['usage-points', 'areas', 'mines', 'lawful-uses'].flatMap((name) => [
    `--${name}`,
    join(directory, `${name}.csv`),
  ])
  const words = ['--readings', join(directory, 'readings.csv'), '--config', join(directory, 'adit.yaml'), '--out', out]
  const { code, stdout, stderr } = await startAdit(['detect', ...ledgers, ...words], { TZ: zone }).ended
  if (code !== 0 && code !== 2) throw new Error(stderr)
  return `${code}\n${stdout}\n${stderr}\n${readFileSync(out, 'utf8')}`
}

const NEW_YORK = new Intl.DateTimeFormat('sv', {
  ...{ timeZone: 'America/New_York', year: 'numeric', month: '2-digit', day: '2-digit' },
  ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
})

function newYorkTime(seconds: number): string {
  return NEW_YORK.format(seconds * 1_000)
}

export interface PermutationRun {
  readonly permutations: number
  readonly different: number
  readonly alerts: number
}

const HOMES = 5
const SLOTS = 96
const DAYS = 12

/** Each a new order of all readings of the last day but one, cut anywhere, some sent twice. */
export function runPermutations(seed: string, permutations: number): PermutationRun {
  const ledger = hamlet(HOMES, true)
  const readings = villageOf(DAYS)
  const [from, to] = [FIRST_NOON + (DAYS - 2) * 86_400, FIRST_NOON + (DAYS - 1) * 86_400]
  const before = bankOf(ledger)
  verdictsOf(before, intervals(readings.filter(({ start }) => start < from)))
  const day = readings.filter(({ start }) => start >= from && start < to)
  const rest = readings.filter(({ start }) => start >= to)
  const parts = new Map([...before.snapshot()].map(([name, part]) => [name, bytesOf(part).slice()]))
  const judged = (batches: Iterable<readonly Reading[]>) => {
    const bank = bankOf(ledger)
    bank.restore((name) => parts.get(name)?.slice())
    verdictsOf(bank, batches)
    return verdictsOf(bank, intervals(rest))
  }
  const inOrder = judged(intervals(day))
  const expected = JSON.stringify(inOrder)
  let different = 0
  for (let turn = 0; turn < permutations; turn++) {
    const random = new Random(`permutation/${seed}/${turn}`)
    const twice = day.filter(() => random.chance(0.05))
    if (JSON.stringify(judged(cutAnywhere(shuffled([...day, ...twice], random), 300, random))) !== expected) different++
  }
  return { permutations, different, alerts: inOrder.length }
}

/** A pump behind an account that should be dead, and power taken past all meters. */
function villageOf(days: number): Reading[] {
  const readings: Reading[] = []
  for (let slot = 0; slot < days * SLOTS; slot++) {
    const start = FIRST_NOON + slot * 900
    const late = slot >= 6 * SLOTS
    let totalWh = late ? 1_500 : 0
    for (let row = 0; row < HOMES; row++) {
      const wobble = 1 + 0.02 * Math.sin(slot * (row + 1))
      const closed = row === HOMES - 1
      const energyWh = (closed ? (late ? 3_000 : 0) : 60 + 40 * row) * wobble
      totalWh += energyWh
      readings.push({ row, start, energyWh, quality: ReadingQuality.valid })
    }
    readings.push({ row: HOMES, start, energyWh: totalWh * 1.03 + 100, quality: ReadingQuality.valid })
  }
  return readings
}

function shuffled<T>(items: T[], random: Random): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = random.int(0, at)
    ;[items[at], items[other]] = [items[other], items[at]]
  }
  return items
}

function bytesOf(part: ArrayBufferView | string): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part) : new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
}
