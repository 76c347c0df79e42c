/**
 * Upgrade and rollback under load: a data directory of an older program is taken over by this one, and given back to the older
 * one, killed in between each time while gateways publish. node tests/faults/upgrade.ts [--from COMMIT] [--days N] [--seed S]
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { Random } from '../../fixtures/simulator/random.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { bornLife } from './killed-service.ts'
import { judgeUndisturbed, prepareTrial } from './trial.ts'

/**
 * The commit whose data directory must be taken, and must be able to take ours. Raised with each release, and when a package
 * goes that it needs: it runs on the packages that are here.
 */
export const OLDER = '2fbc9a4'
/** Neither program can go on from the other's state, as when the detectors of one are better. */
const OURS = { ADIT_DETECTORS_RAISE_AT: '0.35' }

export interface UpgradeRun {
  /** What the older program ends with, after this one, and what this one ends with when it is upgraded for good. */
  readonly rolledBack: Comparison
  readonly upgraded: Comparison
  /** Acknowledged by the older one, this one, and the older one again. */
  readonly shares: readonly number[]
}

const ROOT = join(import.meta.dirname, '..', '..')
const Packages = z.object({ dependencies: z.record(z.string(), z.string()) })
const FLOWING = { patience: 120_000, pause: 0, repeat: false }

/** Whether this clone has it: a shallow one may not. */
export function hasCommit(commit: string): boolean {
  try {
    git('cat-file', '-e', `${commit}^{commit}`)
    return true
  } catch {
    return false
  }
}

export async function runUpgrade(commit: string, seed: string, days: number): Promise<UpgradeRun> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-upgrade-'))
  try {
    const older = checkOut(commit, directory)
    const trial = await prepareTrial(days, directory, undefined, older)
    const undisturbed = judgeUndisturbed(directory, undefined, OURS)
    undisturbed.catch(() => {}) // told by the comparison
    const { sent, data, passwords } = trial
    const feed = new GatewayFeed(sent.packets)
    const random = new Random(`upgrade/${seed}`)
    const shares: number[] = []
    for (const program of [{ program: older }, { environment: OURS }]) {
      const life = await bornLife({ data, passwords, crash: null, ...program })
      const quota = Math.ceil(sent.packets.length * random.uniform(0.25, 0.4))
      const before = feed.acknowledgements
      await feed.send(life, { ...FLOWING, quota, atEnd: () => life.service.process.kill('SIGKILL') })
      await life.service.ended
      shares.push(feed.acknowledgements - before)
    }
    const back = await bornLife({ data, passwords, crash: null, program: older })
    const acknowledged = feed.acknowledgements
    while (!feed.done && !back.publishers[0].closed) await feed.send(back, { ...FLOWING, quota: Number.POSITIVE_INFINITY })
    shares.push(feed.acknowledgements - acknowledged)
    const rolledBack = expected(await compare(back, trial, feed, []))
    const last = await bornLife({ data, passwords, crash: null, environment: OURS })
    const upgraded = expected(await compare(last, { ...trial, undisturbed }, feed, []))
    return { rolledBack, upgraded, shares }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Returns its program. */
function checkOut(commit: string, directory: string): string {
  const place = join(directory, 'older')
  mkdirSync(place)
  execFileSync('tar', ['-x', '-C', place], { input: git('archive', commit) })
  const { dependencies } = Packages.parse(JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')))
  const packages = join(ROOT, 'node_modules')
  if (Object.keys(dependencies).every((name) => existsSync(join(packages, name))))
    symlinkSync(packages, join(place, 'node_modules'))
  else execFileSync('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: place, stdio: 'inherit' })
  return join(place, 'src', 'cli', 'adit.ts')
}

function git(...words: string[]): Buffer {
  return execFileSync('git', words, { cwd: ROOT, maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] })
}

/** Another version's checkpoint has to be put aside, and what was told and taken back is told again. */
function expected(comparison: Comparison): Comparison {
  const complaints = comparison.complaints.filter((line) => !/the checkpoint cannot be used|was told twice/.test(line))
  return { ...comparison, complaints }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      from: { type: 'string', default: OLDER },
      seed: { type: 'string', default: '1' },
      days: { type: 'string', default: '40' },
    },
  })
  if (!hasCommit(values.from)) throw new Error(`--from ${values.from}: this clone has no such commit; fetch all of its history`)
  const run = await runUpgrade(values.from, values.seed, Number(values.days))
  console.log(JSON.stringify(run, null, 2))
  process.exitCode = run.rolledBack.complaints.length + run.upgraded.complaints.length === 0 ? 0 : 1
}
