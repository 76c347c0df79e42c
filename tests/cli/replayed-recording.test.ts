import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { Alert } from '../../model/alert.ts'
import { FIRST_NOON } from '../detectors/county.ts'
import { household } from '../detectors/tampering.ts'
import { runAdit, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

const METERS = 5
const SLOTS = 96
const DAYS = 50
/** From this day on the first meter sends what it had recorded. */
const FROM = 25

const RECORDINGS: readonly [string, (slot: number) => number][] = [
  ['last week as this week', (slot) => (FROM - 7) * SLOTS + ((slot - FROM * SLOTS) % (7 * SLOTS))],
  ['two weeks, moved by three hours', (slot) => (FROM - 14) * SLOTS + ((slot - FROM * SLOTS + 12) % (14 * SLOTS))],
]

test.each(RECORDINGS)(
  'a meter that sends a recording through its own gateway, %s, is told of',
  { timeout: 300_000 },
  async (_, source) => {
    const data = mkdtempSync(join(tmpdir(), 'adit-replay-'))
    onTestFinished(() => rmSync(data, { recursive: true, force: true }))
    seedLedger(data, METERS)
    const added = await runAdit('gateway', 'add', 'gw', '--data', data, '--json')
    const { password } = z.object({ password: z.string() }).parse(JSON.parse(added.stdout))
    const service = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'], {
      ADIT_WINDOW_PAST_DAYS: '36500',
    })
    onTestFinished(() => void service.process.kill('SIGKILL'))
    const [, http, port] = /(http:\S+) {2}mqtt:\S+:(\d+)/.exec(await service.firstLine) ?? []
    const get = async (path: string): Promise<unknown> => await (await fetch(`${http}${path}`)).json()

    const publisher = await RawPublisher.connect(Number(port), 'gw', password)
    const taken: Promise<boolean>[] = []
    for (let slot = 0; slot < DAYS * SLOTS; slot++) {
      const readings = Array.from({ length: METERS }, (_meter, meter) => {
        const sent = meter === 0 && slot >= FROM * SLOTS ? source(slot) : slot
        const watts = household(meter)(Math.floor(sent / SLOTS), (sent % SLOTS) / 4, sent) ?? 0
        return [`m${meter}`, Math.round(watts / 4)]
      })
      const start = new Date((FIRST_NOON + slot * 900) * 1_000).toISOString()
      taken.push(publisher.publish('adit/v1/gw/readings', Buffer.from(JSON.stringify({ start, seconds: 900, readings }))))
      if (taken.length % 200 === 0) await taken.at(-1)
    }
    expect(new Set(await Promise.all(taken))).toEqual(new Set([true]))
    publisher.close()

    await expect
      .poll(async () => z.object({ pending: z.int() }).parse(await get('/api/v1/summary')).pending, { timeout: 120_000 })
      .toBe(0)
    const { items } = z.object({ items: z.array(Alert) }).parse(await get('/api/v1/alerts?state=all&limit=100'))
    const tampered = items.filter(({ route }) => route === 'tampered')
    expect(tampered.map(({ subject }) => subject.id)).toEqual(['P0'])
    expect(tampered[0].reasons[0].detector).toBe('tamper-replay')
  },
)
