/**
 * Damages one file of a data directory that nobody uses, after a stop in peace or a kill: one flipped bit, a torn tail, a zeroed
 * tail, with the time of change left as it was. The service has to start, to say what is damaged, and to have everything that was not in that file.
 */
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../../fixtures/simulator/random.ts'
import { startAdit } from '../cli/run-adit.ts'
import {
  type DamageKind,
  damageFile,
  damagesOf,
  FILE_KINDS,
  type FileKind,
  filesOf,
  filesOfNoKind,
  isOfKilled,
} from './damage-file.ts'
import { allJudged, examineDamaged } from './damaged-service.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { bornLife, type Life, stopLife } from './killed-service.ts'
import { FLOWING } from './live-and-die.ts'
import { prepareTrial } from './trial.ts'

export interface DamageRunOptions {
  readonly seed: string
  /** How often each kind of file is damaged, each time in another way. */
  readonly times: number
  readonly days: number
  readonly say: (line: string) => void
}

export interface DamageRun {
  readonly tries: readonly DamageTry[]
  readonly complaints: readonly string[]
}

export interface DamageTry {
  readonly file: FileKind
  readonly damage: DamageKind
  readonly reported: boolean
  readonly madeAnew: boolean
}

export async function runDamages({ seed, times, days, say }: DamageRunOptions): Promise<DamageRun> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-damage-'))
  const lives: Life[] = []
  try {
    const trial = await prepareTrial(days, directory)
    const { passwords } = trial
    const feed = new GatewayFeed(trial.sent.packets, 0)
    const born = async (data: string): Promise<Life> => {
      const life = await bornLife({ data, passwords, crash: null })
      lives.push(life)
      return life
    }
    const bases = await leaveBehind(born, trial.data, feed, directory)
    const random = new Random(`damage/${seed}`)
    const tries: DamageTry[] = []
    const complaints = [...filesOfNoKind(bases.peace, false), ...filesOfNoKind(bases.killed, true)].map(
      (file) => `nobody damages ${file}`,
    )
    for (const kind of FILE_KINDS) {
      const base = isOfKilled(kind) ? bases.killed : bases.peace
      for (let time = 0; time < times && filesOf(base, kind).length > 0; time++) {
        const data = join(directory, 'damaged')
        cpSync(base, data, { recursive: true, preserveTimestamps: true })
        const file = random.pick(filesOf(data, kind))
        const damages = damagesOf(kind)
        const damage = damages[(time + random.int(0, damages.length - 1)) % damages.length]
        const place = damageFile(file, damage, random)
        const what = `${damage} of ${kind} at ${place}`
        if (JUDGED_AGAIN.includes(kind)) await startInVain(data)
        const { reported, madeAnew, complaints: found } = await examineDamaged(born, data, { kind, damage }, trial, feed)
        tries.push({ file: kind, damage, reported, madeAnew })
        complaints.push(...found.map((complaint) => `${what}: ${complaint}`))
        say(
          `${what}: ${reported ? 'reported' : madeAnew ? 'made anew' : 'not reported'}${found.length > 0 ? `, ${found.join('; ')}` : ''}`,
        )
        rmSync(data, { recursive: true, force: true })
      }
    }
    return { tries, complaints }
  } finally {
    for (const { service } of lives) service.process.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What they held comes again when all is judged again: also when the start that put them right got no further. */
const JUDGED_AGAIN: readonly FileKind[] = ['alerts.db', 'quarantine.db']

/** The start looks at its files and then finds its port taken. */
async function startInVain(data: string): Promise<void> {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const { code } = await startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', `127.0.0.1:${port}`]).ended
  other.close()
  if (code === 0) throw new Error('it started on a port that was taken')
}

/** What a kill leaves, and what a stop in peace. */
async function leaveBehind(born: (data: string) => Promise<Life>, data: string, feed: GatewayFeed, directory: string) {
  const bases = { killed: join(directory, 'killed'), peace: join(directory, 'at peace') }
  const copy = (to: string) => cpSync(data, to, { recursive: true, preserveTimestamps: true })
  const first = await born(data)
  await feed.send(first, { ...FLOWING, quota: Number.POSITIVE_INFINITY, patience: 300_000 })
  first.service.process.kill('SIGKILL')
  await first.service.ended
  copy(bases.killed)
  // on a busy machine it may take longer to stop than anybody waits
  let inPeace = false
  while (!inPeace) {
    const life = await born(data)
    await allJudged(life)
    inPeace = !(await stopLife(life)) && life.service.process.exitCode === 0
  }
  copy(bases.peace)
  return bases
}
