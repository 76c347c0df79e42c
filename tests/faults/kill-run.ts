/**
 * Kills the real service again and again: at every named crash point, and at random in between, while gateways publish from
 * outside. What was acknowledged is noted here, outside the process; the oracle compares it with what came out.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Random } from '../../fixtures/simulator/random.ts'
import { CRASH_POINTS, type CrashPoint } from '../../ingest/crash-point.ts'
import { runAdit, startAdit } from '../cli/run-adit.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { type Comparison, compare } from './kill-oracle.ts'
import { diedOf, gatewayName, type LifeOptions, startLife, stopLife } from './killed-service.ts'
import { AREAS, preparePackets } from './sent-packets.ts'

export interface KillRunOptions {
  readonly seed: string
  readonly kills: number
  readonly days: number
  readonly say: (line: string) => void
}

export interface KillRun extends Comparison {
  readonly kills: number
  readonly cleanStops: number
  /** How often the service died at each point. */
  readonly points: ReadonlyMap<CrashPoint, number>
  readonly packets: number
  readonly sent: number
}

/** Tries at a point before the run goes on without it; the caller finds it missing. */
const TRIES = 4
const LEDGERS = ['usage-points', 'areas', 'mines', 'lawful-uses']

export async function runKills({ seed, kills, days, say }: KillRunOptions): Promise<KillRun> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-kills-'))
  try {
    const sent = preparePackets(days, directory)
    const data = join(directory, 'data')
    const imported = await runAdit('import', ...LEDGERS.map((name) => join(directory, `${name}.csv`)), '--data', data)
    if (imported.code !== 0) throw new Error(imported.stderr)
    const passwords: string[] = []
    for (let index = 0; index < AREAS; index++) passwords.push(await addGateway(gatewayName(index), data))
    const judged = judgeUndisturbed(directory)

    const feed = new GatewayFeed(sent.packets)
    const random = new Random(`kills/${seed}`)
    const lives = planLives(random, kills)
    const quota = Math.floor((0.85 * sent.packets.length) / lives.length)
    const points = new Map<CrashPoint, number>(CRASH_POINTS.map((point) => [point, 0]))
    let died = 0
    let cleanStops = 0
    for (let life = lives.shift(); life; life = lives.shift()) {
      const share = feed.done ? Number.POSITIVE_INFINITY : Math.ceil(quota * random.uniform(0.5, 1.5))
      const at = await liveAndDie({ data, passwords, crash: life.crash }, feed, share)
      if (at === 'stopped') cleanStops++
      else died++
      if (at === 'at the point' && life.crash) points.set(life.crash.point, (points.get(life.crash.point) ?? 0) + 1)
      else if (life.crash && points.get(life.crash.point) === 0 && life.tries < TRIES)
        lives.push({ crash: { point: life.crash.point, times: 1 }, tries: life.tries + 1 })
      say(`${died} kills, ${feed.acknowledgements} acknowledged: ${life.crash?.point ?? 'at random'} ${at}`)
    }

    const last = await startLife({ data, passwords, crash: null })
    if (!last) throw new Error('the last life died')
    while (!feed.done && !last.publishers[0].closed) await feed.send(last, { ...FLOWING, quota: feed.left, patience: 60_000 })
    const comparison = await compare(last, data, sent, feed, await judged)
    return { ...comparison, kills: died, cleanStops, points, packets: sent.packets.length, sent: sumOf(feed.sends) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

interface PlannedLife {
  readonly crash: LifeOptions['crash']
  readonly tries: number
}

/** Every point in turn, shuffled, and a quarter of the lives at random. */
function planLives(random: Random, kills: number): PlannedLife[] {
  const placed: { readonly life: PlannedLife; readonly at: number }[] = []
  while (placed.length < kills || placed.length < CRASH_POINTS.length) {
    const merging = random.uniform(0.5, 0.9)
    for (const point of CRASH_POINTS) {
      const times = random.int(1, OFTEN.test(point) ? 40 : SOMETIMES.test(point) ? 2 : 1)
      // alerts come late in the story; a merge that was killed is begun again at the next start
      const at = point.startsWith('merge') ? merging : random.uniform(point.startsWith('alerts') ? 0.7 : 0, 1)
      placed.push({ life: { crash: { point, times }, tries: 1 }, at })
    }
    for (let i = 0; i < CRASH_POINTS.length / 3; i++) placed.push({ life: { crash: null, tries: 1 }, at: random.uniform(0, 1) })
  }
  return placed.sort((one, other) => one.at - other.at).map(({ life }) => life)
}

/** Points that a life comes by hundreds of times, and a few times. */
const OFTEN = /^(packet|puback)/
const SOMETIMES = /^(journal-inserted|journal-committed|slice|batch|quarantine|tail-placed)/
const FLOWING = { patience: 10_000, pause: 0, repeat: false }
const MERGING = { patience: 20_000, pause: 60, repeat: true }

async function liveAndDie(options: LifeOptions, feed: GatewayFeed, quota: number) {
  const life = await startLife(options)
  if (!life) return options.crash ? 'at the point' : 'at its start'
  const { crash } = options
  if (crash === null) {
    await feed.send(life, { ...FLOWING, quota, atEnd: () => life.service.process.kill('SIGKILL') })
    await life.service.ended
    return 'killed'
  }
  // merging wants many small files of one day, an alert takes as many days as it takes
  const merging = crash.point.startsWith('merge')
  const patient = merging || crash.point.startsWith('alerts')
  await feed.send(life, { ...(merging ? MERGING : FLOWING), quota: patient ? Number.POSITIVE_INFINITY : quota })
  if (diedOf(life.service)) return 'at the point'
  for (let waited = 0; waited < 1_000 && !diedOf(life.service); waited += 20) await pause(20)
  if (diedOf(life.service)) return 'at the point'
  return (await stopLife(life)) ? 'at the point' : 'stopped'
}

async function addGateway(name: string, data: string): Promise<string> {
  const { stdout } = await runAdit('gateway', 'add', name, '--data', data, '--json')
  const { password }: { password: string } = JSON.parse(stdout)
  return password
}

/** What the same readings give where nothing is ever killed: `adit detect` over a file of them. */
async function judgeUndisturbed(directory: string): Promise<string> {
  const out = join(directory, 'alerts.ndjson')
  const words = LEDGERS.flatMap((name) => [`--${name}`, join(directory, `${name}.csv`)])
  const { code, stderr } = await startAdit(['detect', ...words, '--readings', join(directory, 'readings.csv'), '--out', out])
    .ended
  if (code !== 0) throw new Error(stderr)
  return out
}

function sumOf(counts: Uint16Array): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}
