import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AlertStore } from '../../src/alerts/alert-store.ts'
import { dataFiles } from '../../src/data-directory.ts'
import { WebhookCursors } from '../../src/notify/webhook-cursors.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { KEY, Receiver } from '../notify/receiver.ts'
import { runAdit, type Started, startAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

let directory: string
let data: string
let config: string
let receiver: Receiver
let running: Started | undefined

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'adit-webhooks-'))
  data = join(directory, 'data')
  config = join(directory, 'adit.yaml')
  await seedLedger(data, 2)
  receiver = await Receiver.start()
  writeFileSync(join(directory, 'key'), `${KEY}\n`)
  configure("['127.0.0.0/8']")
  // known since before the first alert
  const cursors = new WebhookCursors(dataFiles(data).webhooks)
  cursors.put('cases', { sequence: 0, event: '' })
  cursors.close()
})
afterEach(async () => {
  running?.process.kill('SIGKILL')
  await running?.ended
  await receiver.close()
  rmSync(directory, { recursive: true })
})

function configure(allowPrivate: string): void {
  const webhook = `{ name: cases, url: "${receiver.url}", secretFile: "${directory}/key", allowHttp: true, allowPrivate: ${allowPrivate} }`
  writeFileSync(config, `data: "${data}"\nhttp: { port: 0 }\nmqtt: { port: 0 }\nlog: warn\nwebhooks:\n  - ${webhook}\n`)
}

async function serve(): Promise<string> {
  running = startAdit(['serve', '--config', config])
  const [, http] = /(http:\S+)/.exec(await running.firstLine) ?? []
  return `${http}`
}

async function stop(): Promise<void> {
  running?.process.kill('SIGTERM')
  await running?.ended
}

/** Into the log while the service stands still, as a judging half would that was then killed. */
async function raise(...ids: string[]): Promise<void> {
  const alerts = await AlertStore.open({
    ...{ database: { kind: 'embedded' }, file: dataFiles(data).alerts, journal: () => '' },
    placesOf: async (subjects) => subjects.map(() => ({ area: 'A1', county: 'Luxi' })),
  })
  await alerts.raise(
    ids.map((id, index) => sampleAlert(id, index)),
    0,
  )
  await alerts.close()
}

async function health(http: string): Promise<{ status: string; detail: string } | undefined> {
  const { parts }: { parts: { part: string; status: string; detail: string }[] } = await (
    await fetch(`${http}/api/v1/health`)
  ).json()
  return parts.find(({ part }) => part === 'webhooks')
}

test('killed between an event that was taken and its place in the log, the service tells it again under the same id and goes on; so does a backup', async () => {
  await raise('a', 'b', 'c')
  // taken by the receiver, and the service is gone before it hears so
  receiver.faults.push((_request, response) => {
    running?.process.kill('SIGKILL')
    response.writeHead(204).end()
  })
  await serve()
  await running?.ended
  expect(receiver.tries.length).toBe(1)
  const http = await serve()
  await expect.poll(() => health(http)).toMatchObject({ status: 'pass', detail: 'all events are delivered' })
  expect(receiver.told).toEqual(['raised a', 'raised b', 'raised c'])
  expect(receiver.tries[1].id).toBe(receiver.tries[0].id)
  expect(receiver.tries.length).toBe(4)
  expect(await (await fetch(`${http}/metrics`)).text()).toMatch('adit_webhook_delivered_total{webhook="cases"} 3')
  const backup = join(directory, 'backup')
  expect(await runAdit('backup', '--config', config, '--out', backup)).toMatchObject({ code: 0 })
  await stop()

  data = join(directory, 'restored')
  expect(await runAdit('restore', backup, '--data', data)).toMatchObject({ code: 0 })
  configure("['127.0.0.0/8']")
  await raise('a', 'b', 'c', 'd')
  await serve()
  await expect.poll(() => receiver.told).toEqual(['raised a', 'raised b', 'raised c', 'raised d'])
})

test('a service that may not reach a receiver of its own network says so in health and log, gets ready and stops as ever', async () => {
  configure('[]')
  await raise('a')
  const http = await serve()
  const detail = expect.stringMatching(/^cases: 127\.0\.0\.1 is not public \(loopback\).*; 1 events wait$/)
  await expect.poll(() => health(http)).toMatchObject({ status: 'warn', detail })
  expect((await fetch(`${http}/api/v1/health`)).status).toBe(200)
  const doctor = await runAdit('doctor', '--config', config, '--json')
  expect(doctor.code).toBe(1)
  expect(doctor.stdout).toMatch(/webhook cases/)
  expect(running?.told()).toMatch(/alerts cannot be delivered to the webhook; they wait/)
  await stop()
  expect(await running?.ended).toMatchObject({ code: 0 })
  expect(receiver.connections).toBe(0)
  expect(`${doctor.stdout}${doctor.stderr}${running?.told()}`).not.toContain(KEY)
})
