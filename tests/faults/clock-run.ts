/** Clocks that jump, zones of the machine, days of 23 and 25 hours: nothing of it may change a verdict. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { makeWorld } from '../../fixtures/simulator/world.ts'
import { writeLedgers } from '../../fixtures/simulator/world-files.ts'
import { startAdit } from '../cli/run-adit.ts'
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
