/** Writes beside the line, asked for while the disk is full: journal, audit log, ledgers, copies, seals. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAdit } from '../cli/run-adit.ts'
import type { Ext4Disk } from './ext4-disk.ts'
import { failing, findUnserved, untilQuiet, waited } from './full-disk.ts'
import type { GatewayFeed } from './gateway-feed.ts'
import { type Life, ServiceEnded } from './killed-service.ts'
import { FLOWING } from './live-and-die.ts'
import { type Refused, untilOn } from './refused-writes.ts'
import { standsStill } from './stand-still.ts'

interface Surroundings {
  readonly directory: string
  readonly data: string
  readonly program?: string | undefined
  readonly disk: Ext4Disk
  readonly feed: GatewayFeed
}

const PATIENCE_MS = 30_000
const RESUME_MS = 10_000
/** Room for a record of the audit log, and for a small ledger, but not for what comes next. */
const LEFT = 262_144
/** So many are some megabytes, and so far away that no judgement changes. */
const MINES = 8_000

/** Ends with a stop of the service, which stands still before it seals its files. */
export async function refuseBeside(life: Life, { directory, data, program, disk, feed }: Surroundings): Promise<Refused[]> {
  const done: Refused[] = []
  const importMines = async (name: string, from: number, count: number) => {
    const file = join(directory, name)
    writeFileSync(file, minesFile(from, count))
    return await startAdit(['import', file, '--data', data], {}, program).ended
  }
  const refuse = async (what: string, left: number, full: () => Promise<string[]>, room: () => Promise<string[]>) => {
    await untilQuiet(life)
    disk.fill(left)
    const found = await full()
    disk.empty()
    const began = performance.now()
    found.push(...(await room()))
    const resumeMs = performance.now() - began
    if (resumeMs > RESUME_MS) found.push(`it took ${Math.round(resumeMs)} ms to go on`)
    done.push({ what, resumeMs, found })
  }

  const enough = new AbortController()
  let sending = Promise.resolve()
  let resumed = 0
  await refuse(
    'journal',
    0,
    async () => {
      const quota = Number.POSITIVE_INFINITY
      sending = feed.send(life, { ...FLOWING, pause: 20, quota, patience: 120_000, signal: enough.signal })
      const failed = await waited(async () => (await failing(life)).includes('journal'), PATIENCE_MS)
      return [...(failed ? [] : ['health does not fail for journal']), ...(await findUnserved(life))]
    },
    async () => {
      resumed = await untilOn(life, feed)
      enough.abort()
      await sending
      return Number.isFinite(resumed) ? [] : ['it did not go on when there was room again']
    },
  )
  const replay = async () => {
    const token = readFileSync(join(data, 'admin-token'), 'utf8').trim()
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ gateway: 'nobody' })
    return (await fetch(`${life.http}/api/v1/quarantine/replay`, { method: 'POST', headers, body })).status
  }
  await refuse(
    'audit',
    0,
    async () => unless(await replay(), 503, 'a change on a full disk'),
    () => waitedFor(replay, 200, 'a change'),
  )
  await refuse(
    'ledgers',
    LEFT,
    async () => {
      const { code, stderr } = await importMines('many.csv', 0, MINES)
      return /full/.test(stderr) ? unless(code, 1, 'an import on a full disk') : [`an import on a full disk said ${stderr}`]
    },
    async () => unless((await importMines('many.csv', 0, MINES)).code, 0, 'the same import with room'),
  )
  const told = (what: RegExp) => waited(() => what.test(life.service.told()), PATIENCE_MS)
  await untilQuiet(life)
  await refuse(
    'copies',
    LEFT,
    async () => [
      ...unless((await importMines('one.csv', MINES, 1)).code, 0, 'a small import'),
      ...((await told(/the copies could not be made/)) ? [] : ['the copies were not refused']),
    ],
    async () => ((await told(/the copies are made again/)) ? [] : ['the copies were not made again']),
  )
  life.service.process.kill('SIGTERM')
  if (!(await waited(() => standsStill(life.service.process.pid ?? 0), PATIENCE_MS))) throw new ServiceEnded('it did not stop')
  disk.fill(0)
  life.service.process.kill('SIGCONT')
  await life.service.ended
  disk.empty()
  const found = /"part":"seals".*ENOSPC/.test(life.service.told())
    ? []
    : [`the write was not refused: ${life.service.told().slice(-700)}`]
  found.push(...unless((await startAdit(['verify-audit', '--data', data], {}, program).ended).code, 0, 'verify-audit'))
  done.push({ what: 'seals', resumeMs: 0, found })
  return done
}

function unless(found: number | null, expected: number, what: string): string[] {
  return found === expected ? [] : [`${what} gave ${found}, not ${expected}`]
}

async function waitedFor(ask: () => Promise<number>, expected: number, what: string): Promise<string[]> {
  let found = 0
  const given = await waited(async () => {
    found = await ask()
    return found === expected
  }, RESUME_MS)
  return given ? [] : [`${what} gives ${found} although there is room`]
}

function minesFile(from: number, count: number): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const id = `far-${from + index}`
    return `${id},${id} ${'x'.repeat(100)},dig-point,nowhere,-80,${((index % 100) / 10).toFixed(1)}`
  })
  return `mine,name,kind,county,latitude,longitude\n${rows.join('\n')}\n`
}
