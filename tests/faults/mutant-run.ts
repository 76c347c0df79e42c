import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CrashPoint } from '../../ingest/crash-point.ts'
import { startAdit } from '../cli/run-adit.ts'
import { runDiskFaults } from './disk-run.ts'
import { runKills } from './kill-run.ts'
import { ServiceEnded } from './killed-service.ts'
import type { Edit, Mutant } from './mutants.ts'
import { runPowerCuts } from './power-run.ts'
import { runStoreFaults } from './store-run.ts'

const TREE = join(import.meta.dirname, '..', '..')
/** What the program is made of, and the run that drives its judging half without a service. */
const ROOMS = ['src', 'ingest', 'detectors', 'model', 'fixtures', 'tests/faults', 'package.json']

export interface MutantVerdict {
  readonly name: string
  readonly run: Mutant['run']['kind']
  /** The first thing that the run complained of; undefined when it noticed nothing. */
  readonly complaint: string | undefined
  /** Crash points at which the bug was to show and which no life came by. */
  readonly neverHit: readonly CrashPoint[]
}

/** Runs the mutant's program under the harness of this tree. */
export async function tryMutant(mutant: Mutant, seed: string, say: (line: string) => void): Promise<MutantVerdict> {
  const copy = mkdtempSync(join(tmpdir(), 'adit-mutant-'))
  try {
    for (const room of ROOMS) cpSync(join(TREE, room), join(copy, room), { recursive: true })
    symlinkSync(join(TREE, 'node_modules'), join(copy, 'node_modules'))
    for (const edit of mutant.edits) applyEdit(copy, edit)
    const { complaint, neverHit = [] } = await firstComplaint(mutant, copy, seed, say).catch((error: unknown) => {
      // any other error is one of the harness
      if (error instanceof ServiceEnded) return { complaint: error.message, neverHit: [] }
      throw error
    })
    return { name: mutant.name, run: mutant.run.kind, complaint: complaint?.split('\n')[0].slice(0, 160), neverHit }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Throws when the text is not there exactly once: the mutant has to be renewed. */
export function applyEdit(tree: string, { file, find, put }: Edit): void {
  const path = join(tree, file)
  const parts = readFileSync(path, 'utf8').split(find)
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, not once: ${find}`)
  writeFileSync(path, parts.join(put))
}

interface Noticed {
  readonly complaint: string | undefined
  readonly neverHit?: readonly CrashPoint[]
}

async function firstComplaint({ run }: Mutant, copy: string, seed: string, say: (line: string) => void): Promise<Noticed> {
  if (run.kind === 'orders') return { complaint: await ordersComplaint(copy, run.permutations, seed) }
  const program = join(copy, 'src', 'cli', 'adit.ts')
  const options = { seed, days: run.days, program, say }
  switch (run.kind) {
    case 'kills': {
      const { complaints, points } = await runKills({ ...options, kills: 10, points: run.points })
      return { complaint: complaints[0], neverHit: run.points.filter((point) => !points.get(point)) }
    }
    case 'power cuts':
      return { complaint: (await runPowerCuts({ ...options, cuts: 8, points: run.points })).complaints[0] }
    case 'store faults':
      return { complaint: (await runStoreFaults({ ...options, pause: 100, downShare: 0.2 })).complaints[0] }
    case 'disk faults':
      return { complaint: (await runDiskFaults({ ...options, fills: 4 })).complaints[0] }
  }
}

/** In a process of its own: this one has this tree's modules. */
async function ordersComplaint(copy: string, permutations: number, seed: string): Promise<string | undefined> {
  const words = ['--permutations', String(permutations), '--seed', seed]
  const { code, stdout, stderr } = await startAdit(words, {}, join(copy, 'tests', 'faults', 'orders.ts')).ended
  if (code !== 0) throw new Error(stderr)
  return stdout === '' ? undefined : stdout
}
