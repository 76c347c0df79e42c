/**
 * Upgrade and rollback under load: a data directory of an older program is taken over by this one, and given back to the older
 * one, killed in between each time while gateways publish. node tests/faults/upgrade.ts [--from COMMIT] [--days N] [--seed S]
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { Random } from '../../fixtures/simulator/random.ts'
import { startAdit } from '../cli/run-adit.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { gatewayName, type Life } from './killed-service.ts'
import { judgeUndisturbed, prepareCounty } from './small-county.ts'

/** The newest commit whose data directory must be taken, and must be able to take ours: raised with each release. */
export const OLDER = '4ff8691'

export interface UpgradeRun {
  /** What the older program ends with, after this one, and what this one ends with when it is upgraded for good. */
  readonly rolledBack: Comparison
  readonly upgraded: Comparison
  /** Acknowledged by the older one, this one, and the older one again. */
  readonly shares: readonly number[]
}

const ROOT = join(import.meta.dirname, '..', '..')
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
    const { sent, data, passwords } = await prepareCounty(days, directory, older)
    const undisturbed = Promise.all([judgeUndisturbed(directory, older), judgeUndisturbed(directory)])
    const feed = new GatewayFeed(sent.packets)
    const random = new Random(`upgrade/${seed}`)
    const shares: number[] = []
    for (const program of [older, undefined]) {
      const life = await startProgram(data, passwords, program)
      const quota = Math.ceil(sent.packets.length * random.uniform(0.25, 0.4))
      const before = feed.acknowledgements
      await feed.send(life, { ...FLOWING, quota, atEnd: () => life.service.process.kill('SIGKILL') })
      await life.service.ended
      shares.push(feed.acknowledgements - before)
    }
    const [before, now] = await undisturbed
    const back = await startProgram(data, passwords, older)
    const acknowledged = feed.acknowledgements
    while (!feed.done && !back.publishers[0].closed) await feed.send(back, { ...FLOWING, quota: Number.POSITIVE_INFINITY })
    shares.push(feed.acknowledgements - acknowledged)
    const rolledBack = await compare(back, data, sent, feed, before)
    const upgraded = await compare(await startProgram(data, passwords), data, sent, feed, now)
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
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'))
  return join(place, 'src', 'cli', 'adit.ts')
}

function git(...words: string[]): Buffer {
  return execFileSync('git', words, { cwd: ROOT, maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] })
}

async function startProgram(data: string, passwords: readonly string[], program?: string): Promise<Life> {
  const words = ['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0']
  const environment = {
    ADIT_CHECKPOINT_SECONDS: '0.2',
    ADIT_WINDOW_PAST_DAYS: '36500',
    ADIT_HTTP_REQUESTS_PER_MINUTE: '1000000',
  }
  const service = startAdit(words, environment, program)
  const addresses = /(http:\S+) {2}mqtt:\S+:(\d+)/.exec(await service.firstLine)
  if (!addresses) throw new Error(`adit says ${await service.firstLine}`)
  const publishers = await Promise.all(
    passwords.map((password, index) => RawPublisher.connect(Number(addresses[2]), gatewayName(index), password)),
  )
  return { http: addresses[1], publishers, service }
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
