import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { get, serveSample } from '../api/serve-sample.ts'
import { OWN, raiseInBoth } from '../api/two-counties.ts'
import { startAdit } from '../cli/run-adit.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { selfSigned, signedBy } from '../servers/certificates.ts'
import { freePort } from '../servers/free-port.ts'
import { type Fault, KEY } from './receiver.ts'
import { entryFor, OPEN, startReceiver, toldCounty } from './told-county.ts'

test('a receiver is told of every alert in the order of the log, signed, and as the API shows it', async () => {
  const { alerts, tell, world } = await toldCounty()
  const receiver = await startReceiver()
  tell([entryFor(receiver)])
  await raiseInBoth(alerts)
  const closed = { clearedAt: '2026-11-05T00:00:00Z', revision: 1 }
  await alerts.raise([sampleAlert('own-1', 1, { ...closed, subject: { kind: 'usage-point', id: 'OWN-U0' } })], 2)
  await expect.poll(() => receiver.told).toEqual(['raised own-1', 'raised ELSEWHERE-1', 'raised own-2', 'cleared own-1'])
  expect(receiver.wrong).toEqual([])
  expect(new Set(receiver.taken.map(({ id }) => id)).size).toBe(4)
  const app = await serveSample(world.parts)
  expect(receiver.taken[3].data).toEqual((await get(app, '/api/v1/alerts/own-1')).body)
  await app.close()
  expect([...receiver.userAgents][0]).toMatch(/^adit\/\d/)
})

test('a webhook bound to a county hears of its alerts and mines alone, under ids that count nothing', async () => {
  const { alerts, tell, world } = await toldCounty()
  const receiver = await startReceiver()
  tell([entryFor(receiver, { counties: [OWN] })])
  await raiseInBoth(alerts)
  await expect.poll(() => receiver.told).toEqual(['raised own-1', 'raised own-2'])
  expect(JSON.stringify(receiver.taken)).not.toMatch(/ELSEWHERE|411221/)
  expect(receiver.taken.map(({ data }) => data.mines.map(({ mine }) => mine))).toEqual([['OWN-M'], ['OWN-M']])
  for (const { id } of receiver.taken) expect(id).toMatch(/^evt_[0-9a-f]{32}$/)
  const app = await serveSample(world.parts)
  const token = world.tokens.add('inspector', 0, [OWN])
  const shown = await get(app, '/api/v1/alerts/own-2', { authorization: `Bearer ${token}` })
  await app.close()
  expect(receiver.taken[1].data).toEqual(shown.body)
})

test('what a receiver did not ask for is passed over, and a new one hears of nothing that was before', async () => {
  const { alerts, tell } = await toldCounty()
  const receiver = await startReceiver()
  await alerts.raise([sampleAlert('before', 0, { clearedAt: '2026-11-05T00:00:00Z' })], 1)
  const webhooks = tell([entryFor(receiver, { events: ['cleared'] })])
  await alerts.raise([sampleAlert('a', 1), sampleAlert('b', 2)], 2)
  await alerts.raise([sampleAlert('b', 2, { clearedAt: '2026-11-05T00:00:00Z', revision: 1 })], 3)
  await expect.poll(() => receiver.told).toEqual(['cleared b'])
  await expect.poll(() => webhooks.states()[0].pending).toBe(0)
  expect(receiver.tries.length).toBe(1)
})

const status = (code: number, headers: Record<string, string> = {}): Fault => {
  return (_request, response) => void response.writeHead(code, headers).end('no')
}
const FAULTS: Readonly<Record<string, Fault>> = {
  'is broken (500)': status(500),
  'does not know us (404)': status(404),
  'says nothing at all': () => {},
  'sends half an answer': ({ socket }) => void socket.end('HTTP/1.1 200 O'),
  'answers in another protocol': ({ socket }) => void socket.end('220 mail.example ESMTP\r\n'),
  'resets the connection': ({ socket }) => void socket.resetAndDestroy(),
  'sends headers without end': ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    const write = () => socket.write(`x-more: ${'x'.repeat(1_000)}\r\n`, (error) => error || setImmediate(write))
    write()
    socket.on('error', () => {})
  },
}

test.each(Object.entries(FAULTS))(
  'a receiver that %s gets the same event again under the same id, and the next ones after it',
  async (_, fault) => {
    const { alerts, tell, registry } = await toldCounty({ timeoutMs: 300 })
    const receiver = await startReceiver()
    const webhooks = tell([entryFor(receiver)])
    receiver.faults.push(fault, fault)
    await raiseInBoth(alerts)
    await expect.poll(() => receiver.told).toEqual(['raised own-1', 'raised ELSEWHERE-1', 'raised own-2'])
    const [first, second, third] = receiver.tries.map(({ id }) => id)
    expect([second, third]).toEqual([first, first])
    expect(receiver.wrong).toEqual([])
    await expect
      .poll(() => webhooks.states())
      .toMatchObject([{ name: 'cases', pending: 0, delivered: 3, failed: 2, trouble: undefined }])
    const metrics = await registry.metrics()
    expect(metrics).toMatch('adit_webhook_delivered_total{webhook="cases"} 3')
    expect(metrics).toMatch('adit_webhook_failed_total{webhook="cases"} 2')
    expect(metrics).toMatch('adit_webhook_pending{webhook="cases"} 0')
  },
)

test('a receiver that asks for time (429) is left alone so long', async () => {
  const { alerts, tell } = await toldCounty()
  const receiver = await startReceiver()
  tell([entryFor(receiver)])
  receiver.faults.push(status(429, { 'retry-after': '1' }), status(503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }))
  await alerts.raise([sampleAlert('a')], 1)
  await expect.poll(() => receiver.told).toEqual(['raised a'])
  const [first, second] = receiver.tries.map(({ at }) => at)
  // a timer may be a millisecond early
  expect(second - first).toBeGreaterThan(990)
})

test('a redirect is not followed, wherever it leads', async () => {
  const { alerts, tell } = await toldCounty()
  const [receiver, trap] = [await startReceiver(), await startReceiver()]
  const webhooks = tell([entryFor(receiver)])
  receiver.faults.push(...[301, 302, 307, 308].map((code) => status(code, { location: trap.url })))
  receiver.always = status(302, { location: trap.url })
  await alerts.raise([sampleAlert('a')], 1)
  await expect.poll(() => receiver.tries.length).toBeGreaterThan(4)
  await expect.poll(() => webhooks.states()[0].trouble).toMatch('answered 302: redirects are not followed')
  receiver.always = undefined
  await expect.poll(() => receiver.told).toEqual(['raised a'])
  expect(trap.connections).toBe(0)
})

test('of an answer of five gigabytes a few kilobytes are read', async () => {
  const { alerts, tell } = await toldCounty()
  const receiver = await startReceiver()
  tell([entryFor(receiver)])
  let written = 0
  const over = Promise.withResolvers<void>()
  receiver.faults.push((_request, response) => {
    response.writeHead(200, { 'content-length': 5e9 })
    response.on('close', over.resolve)
    const piece = Buffer.alloc(65_536)
    const write = () => {
      if (response.destroyed) return
      written += piece.length
      response.write(piece, () => setImmediate(write))
    }
    write()
  })
  await alerts.raise([sampleAlert('a'), sampleAlert('b', 1)], 1)
  await expect.poll(() => receiver.told).toEqual(['raised b'])
  await over.promise
  // what lies in the buffers of two sockets besides
  expect(written).toBeLessThan(32e6)
})

test('a receiver that wants no more (410) is left alone, also after a restart, until it has another address', async () => {
  const { alerts, tell } = await toldCounty()
  const receiver = await startReceiver()
  receiver.always = status(410)
  const webhooks = tell([entryFor(receiver)])
  await alerts.raise([sampleAlert('a'), sampleAlert('b', 1)], 1)
  await expect.poll(() => webhooks.states()[0].offSince).not.toBeNull()
  await webhooks.stop()
  receiver.always = undefined
  const again = tell([entryFor(receiver)])
  await alerts.raise([sampleAlert('c', 2)], 2)
  expect(again.states()).toMatchObject([{ offSince: expect.any(Number), pending: 3, delivered: 0 }])
  await again.stop()
  expect(receiver.tries.length).toBe(1)
  tell([entryFor(receiver, { url: `${receiver.url}/new` })])
  await expect.poll(() => receiver.told).toEqual(['raised a', 'raised b', 'raised c'])
  expect(receiver.tries[1].id).toBe(receiver.tries[0].id)
})

test('a receiver that hangs holds up neither another nor the raising of alerts', async () => {
  const { alerts, tell } = await toldCounty()
  const [hanging, quick] = [await startReceiver(), await startReceiver()]
  hanging.always = () => {}
  const webhooks = tell([entryFor(hanging), entryFor(quick, { name: 'other' })])
  const ids = Array.from({ length: 150 }, (_, index) => `a${index}`)
  for (const [index, id] of ids.entries()) await alerts.raise([sampleAlert(id, index)], index + 1)
  await expect.poll(() => quick.told).toEqual(ids.map((id) => `raised ${id}`))
  await expect
    .poll(() => webhooks.states())
    .toMatchObject([
      { pending: 150, delivered: 0 },
      { pending: 0, delivered: 150 },
    ])
})

test('a long log that a receiver does not want is passed over in pieces, so that everything else has its turns in between', async () => {
  const { alerts, tell } = await toldCounty()
  const receiver = await startReceiver()
  await tell([entryFor(receiver, { events: ['cleared'] })]).stop()
  const many = Array.from({ length: 2_000 }, (_, index) => sampleAlert(`a${index}`, index))
  await alerts.raise(many, 1)
  const webhooks = tell([entryFor(receiver, { events: ['cleared'] })])
  const seen = new Set<number>()
  while (webhooks.states()[0].pending > 0) {
    await new Promise(setImmediate)
    seen.add(webhooks.states()[0].pending)
  }
  expect(seen.size).toBeGreaterThan(10)
})

test('after a stop it goes on where it was; of alerts that were judged anew into another log, all is told', async () => {
  const file = join(scratchDirectory(), 'webhooks.db')
  const receiver = await startReceiver()
  const play = async (...ids: string[]) => {
    const { alerts, tell } = await toldCounty({ file })
    for (const [index, id] of ids.slice(0, -1).entries()) await alerts.raise([sampleAlert(id, index)], index + 1)
    const webhooks = tell([entryFor(receiver)])
    const last = ids[ids.length - 1]
    await alerts.raise([sampleAlert(last, ids.length)], ids.length + 1)
    await expect.poll(() => webhooks.states()).toMatchObject([{ pending: 0, trouble: undefined }])
    await webhooks.stop()
    return receiver.taken.splice(0).map(({ type, data }) => `${type.slice('alert.'.length)} ${data.id}`)
  }
  expect(await play('a')).toEqual(['raised a'])
  expect(await play('a', 'b', 'c')).toEqual(['raised b', 'raised c'])
  expect(await play('a', 'b', 'c', 'd')).toEqual(['raised d'])
  expect(await play('x', 'a', 'b', 'c', 'd')).toEqual(['raised x', 'raised a', 'raised b', 'raised c', 'raised d'])
  expect(await play('x')).toEqual(['raised x'])
})

test('a receiver with a certificate is believed when its authority is, under its own name', async () => {
  const directory = scratchDirectory()
  const authority = await selfSigned(directory, 'authority', { authority: true })
  const tls = await signedBy(authority, directory, 'localhost')
  const { alerts, tell } = await toldCounty()
  const receiver = await startReceiver({ tls })
  const ca = readFileSync(authority.cert, 'utf8')
  const trusted = { name: 'trusted', allowHttp: false, ca }
  const byName = { name: 'named', allowHttp: false, ca, url: receiver.url.replace('127.0.0.1', 'cases.example') }
  const here = async () => [{ address: '127.0.0.1', family: 4 }]
  const webhooks = tell([entryFor(receiver, { allowHttp: false }), entryFor(receiver, trusted), entryFor(receiver, byName)], here)
  await alerts.raise([sampleAlert('a')], 1)
  await expect.poll(() => receiver.told).toEqual(['raised a'])
  await expect.poll(() => webhooks.states().map(({ failed }) => failed > 0)).toEqual([true, false, true])
  const [unknown, , named] = webhooks.states()
  expect(unknown.trouble).toMatch(/certificate/)
  expect(named.trouble).toMatch(/cases\.example/)
})

test('while a key changes, the old and the new one both sign', async () => {
  const { alerts, tell } = await toldCounty()
  const receiver = await startReceiver()
  const next = `whsec_${Buffer.alloc(24, 9).toString('base64')}`
  tell([entryFor(receiver, { secret: `${next}\n${KEY}\n` })])
  await alerts.raise([sampleAlert('a')], 1)
  await expect.poll(() => receiver.told).toEqual(['raised a'])
  expect(receiver.wrong).toEqual([])
})

test('the receiver of docs/operations.md takes what is ours, once, and refuses what is not', async () => {
  const [, source] =
    /```js receiver\n(.*?)```/s.exec(readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')) ?? []
  const file = join(scratchDirectory(), 'receiver.mjs')
  writeFileSync(file, `${source}`)
  const port = await freePort()
  const started = startAdit([], { ADIT_KEY: KEY, PORT: String(port) }, file)
  onTestFinished(() => void started.process.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}/`
  const { alerts, tell } = await toldCounty()
  const strangersKey = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
  const webhooks = tell([
    { ...OPEN, name: 'cases', url },
    { ...OPEN, name: 'cases-again', url },
    { ...OPEN, name: 'stranger', url, secret: strangersKey },
  ])
  await alerts.raise([sampleAlert('a'), sampleAlert('b', 1)], 1)
  await expect.poll(() => webhooks.states().map(({ delivered }) => delivered)).toEqual([2, 2, 0])
  await expect.poll(() => webhooks.states()[2].trouble).toBe('answered 401')
  started.process.kill('SIGTERM')
  expect((await started.ended).stdout).toBe('alert.raised a 0.8\nalert.raised b 0.8\n')
})
