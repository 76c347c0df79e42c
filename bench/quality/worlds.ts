import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planWorld, playWorld, type World, type WorldOptions, type WorldPlan } from '../../fixtures/simulator/world.ts'
import { writeWorld } from '../../fixtures/simulator/world-files.ts'
import { requireSharedData } from '../real/shared-data.ts'
import { atWorks, quietly, unmeasured } from './quiet-tampering.ts'
import { withRealHosts } from './real-hosts.ts'

export interface WorldKind {
  readonly name: string
  readonly options: WorldOptions
  readonly reactive: boolean
  /** Changes the plan before it is played. */
  readonly change?: (plan: WorldPlan) => WorldPlan
  /** Changes what was played. */
  readonly after?: (world: World) => World
}

const USUAL = { areas: 40, usersPerArea: 75, days: 90, seconds: 900, sites: 18 }
/** A year's seasons; worlds of one set differ in season and in seed. */
const STARTS = ['2026-06-05', '2025-11-10', '2026-02-20', '2025-08-20']

function set(name: string, count: number): WorldKind[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `${name} ${i + 1}`,
    options: { ...USUAL, seed: `${name}-${i + 1}`, startDate: STARTS[i % STARTS.length] ?? '2026-06-05' },
    reactive: true,
  }))
}

const transfer = (name: string, more: Partial<WorldOptions>, reactive = true): WorldKind => ({
  name,
  options: { ...USUAL, seed: `transfer-${name}`, startDate: '2026-05-10', ...more },
  reactive,
})

/** Drawn between the documented ranges and half as wide again, so that a calibration does not learn one simulator by heart. */
const widened = (number: number, more: Partial<WorldOptions>, reactive = true): WorldKind => ({
  name: `calibration ${number}`,
  options: { ...USUAL, seed: `calibration-${number}`, startDate: STARTS[number % STARTS.length] ?? '2026-06-05', ...more },
  reactive,
})

const tampered = (name: string, after: (world: World) => World): WorldKind => ({
  name,
  options: { ...USUAL, areas: 20, days: 60, sites: 12, routes: ['tampered'], seed: `tampered-${name}`, startDate: '2026-05-10' },
  reactive: true,
  change: atWorks,
  after,
})

/** Seeds kept apart: look at development, choose on validation, fit the calibration on both and on its own, report test once. */
export const WORLD_SETS: Readonly<Record<string, readonly WorldKind[]>> = {
  development: set('development', 4),
  validation: set('validation', 4),
  calibration: [
    widened(1, { widen: 0.5 }),
    widened(2, { widen: 0.5 }),
    widened(3, { widen: 0.5 }),
    widened(4, { widen: 0.5 }),
    widened(5, { widen: 0.25, seconds: 1800 }),
    widened(6, { widen: 0.25, seconds: 3600 }),
    widened(7, { widen: 0.25 }, false),
    widened(8, { widen: 0.25, missing: 0.1 }),
  ],
  test: set('rowan', 8),
  // what the detectors of the meter itself are for
  tampering: [
    tampered('bypassed', (world) => quietly(world, 'bypassed')),
    tampered('replayed', (world) => quietly(world, 'replayed')),
    tampered('silenced', (world) => quietly(world, 'silenced')),
    tampered('bypassed, no area meters', (world) => unmeasured(world, 'bypassed')),
    tampered('replayed, no area meters', (world) => unmeasured(world, 'replayed')),
  ],
  transfer: [
    transfer('wide', { widen: 0.5 }),
    transfer('30 minutes', { seconds: 1800 }),
    transfer('60 minutes', { seconds: 3600 }),
    transfer('no reactive', {}, false),
    transfer('10 % missing', { missing: 0.1 }),
    ...(requireSharedData() ? [{ ...transfer('real hosts', {}), change: withRealHosts }] : []),
  ],
}

/** A smaller or larger world of the same kind, with sites in proportion. */
export function sized(kind: WorldKind, areas: number): WorldKind {
  const sites = Math.max(6, Math.round((kind.options.sites * areas) / kind.options.areas))
  return { ...kind, options: { ...kind.options, areas, sites } }
}

/** Plays and writes a world, hands both over, and cleans up. */
export async function withWorld<T>(kind: WorldKind, use: (world: World, directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-world-'))
  try {
    const plan = planWorld(kind.options)
    const played = playWorld(kind.options, kind.change?.(plan) ?? plan)
    const world = kind.after?.(played) ?? played
    await writeWorld(world, directory, kind.reactive)
    return await use(world, directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
