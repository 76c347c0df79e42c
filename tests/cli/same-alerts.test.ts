import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { makeWorld } from '../../fixtures/simulator/world.ts'
import { writeWorld } from '../../fixtures/simulator/world-files.ts'
import { Alert } from '../../model/alert.ts'
import { runAdit, startAdit } from './run-adit.ts'

const Alerts = z.object({ items: z.array(Alert) })
const Summary = z.object({ pending: z.int() })
const Gateways = z.object({ items: z.array(z.object({ gateway: z.string(), book: z.object({ received: z.int() }) })) })

test('adit detect over files gives the alerts that the service raises from the same readings and events, ranks included', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'adit-same-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const at = (name: string) => join(directory, name)
  const world = makeWorld({ seed: 'same', areas: 4, usersPerArea: 30, days: 55, startDate: '2026-07-01', seconds: 900, sites: 8 })
  const rows = await writeWorld(world, directory, true)
  const ledgers = ['usage-points', 'areas', 'mines', 'lawful-uses']

  const judged = await runAdit(
    'detect',
    ...ledgers.flatMap((name) => [`--${name}`, at(`${name}.csv`)]),
    ...['--events', at('events.csv'), '--readings', at('readings.csv.gz'), '--out', at('alerts.ndjson')],
  )
  expect(judged.code, judged.stderr).toBe(0)
  const fromFiles = readFileSync(at('alerts.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Alert.parse(JSON.parse(line)))
  expect(fromFiles.length).toBeGreaterThanOrEqual(4)
  expect(fromFiles.some(({ reasons }) => reasons.some(({ detector }) => detector.startsWith('tamper-')))).toBe(true)

  const imported = await runAdit(
    'import',
    ...ledgers.map((name) => at(`${name}.csv`)),
    at('readings.csv.gz'),
    at('events.csv'),
    '--data',
    at('data'),
  )
  expect(imported.code, imported.stderr).toBe(0)
  const service = startAdit(['serve', '--data', at('data'), '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
  onTestFinished(() => {
    service.process.kill('SIGKILL')
  })
  const address = /http:\/\/\S+/.exec(await service.firstLine)?.[0]
  const get = async (path: string): Promise<unknown> => await (await fetch(`${address}${path}`)).json()
  const received = async () =>
    Gateways.parse(await get('/api/v1/gateways')).items.find(({ gateway }) => gateway === '$import')?.book.received
  while ((await received()) !== rows || Summary.parse(await get('/api/v1/summary')).pending > 0) await pause(100)

  const live = Alerts.parse(await get('/api/v1/alerts?state=all&limit=500')).items.filter(({ probability }) => probability > 0)
  const inOrder = (alerts: readonly Alert[]) => alerts.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  expect(inOrder(live)).toEqual(inOrder(fromFiles))
})
