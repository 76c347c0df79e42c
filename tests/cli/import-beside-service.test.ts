import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { runAdit, startAdit } from './run-adit.ts'

const Gateways = z.object({ items: z.array(z.object({ gateway: z.string(), book: z.record(z.string(), z.int()) })) })
const Profile = z.object({ start: z.array(z.int()), energyWh: z.array(z.number()), quality: z.array(z.int()) })

test('what is imported beside a running service is stored and judged by it, at once and with CT and PT', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'adit-beside-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const at = (name: string) => join(directory, name)
  writeFileSync(
    at('u.csv'),
    'usage_point,meter,area,category,latitude,longitude,ct_ratio\nU1,M1,T1,residential,24.45,98.1,\nU2,M2,T1,residential,24.45,98.1,40\n',
  )
  writeFileSync(at('r.csv'), 'meter,start,seconds,energy_wh\nM2,2026-11-20T00:15:00Z,900,101\nM2,2026-11-20T00:00:00Z,900,100\n')
  writeFileSync(
    at('g.csv'),
    'meter,at,register_wh\nM1,2026-11-20T00:00:00Z,1000\nM1,2026-11-20T00:15:00Z,1100\nM1,2026-11-20T00:45:00Z,1300\n',
  )

  const service = startAdit(['serve', '--data', at('data'), '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
  onTestFinished(() => {
    service.process.kill('SIGKILL')
  })
  const address = /http:\/\/\S+/.exec(await service.firstLine)?.[0]
  expect((await runAdit('import', at('r.csv'), at('g.csv'), at('u.csv'), '--data', at('data'))).code).toBe(0)

  const get = async (path: string): Promise<unknown> => await (await fetch(`${address}${path}`)).json()
  const book = async () => Gateways.parse(await get('/api/v1/gateways')).items.find(({ gateway }) => gateway === '$import')?.book
  while ((await book())?.received !== 5) await pause(50)
  expect(await book()).toEqual({ received: 5, stored: 5, duplicate: 0, superseded: 0, quarantined: 0, pending: 0 })
  const profile = async (usagePoint: string) =>
    Profile.parse(await get(`/api/v1/usage-points/${usagePoint}/load-profile?from=2026-11-20T00:00:00Z&to=2026-11-20T01:00:00Z`))
  const start = Date.UTC(2026, 10, 20) / 1000
  expect(await profile('U2')).toEqual({ start: [start, start + 900], energyWh: [4000, 4040], quality: [0, 0] })
  expect(await profile('U1')).toEqual({
    start: [start, start + 900, start + 1800],
    energyWh: [100, 100, 100],
    quality: [0, 11, 11],
  })

  service.process.kill('SIGTERM')
  expect((await service.ended).code).toBe(0)
})
