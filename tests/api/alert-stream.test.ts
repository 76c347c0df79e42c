import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Api } from '../../src/api/api.ts'
import { buildServer } from '../../src/api/server.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { followFeed } from './follow-feed.ts'
import { type Sample, sampleParts } from './sample-parts.ts'

let sample: Sample
let app: Api
let port: number
let sockets: Socket[]

beforeEach(async () => {
  sample = await sampleParts()
  app = await buildServer(sample.parts, {
    loopback: true,
    hosts: [],
    requestsPerMinute: 1000,
    consoleDirectory: '/nonexistent',
    heartbeatMs: 50,
  })
  sockets = []
  app.server.on('connection', (socket) => sockets.push(socket))
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterEach(async () => {
  await app.close()
  await sample.close()
})

async function follow(count: number, lastEventId?: number, onOpen = async () => {}) {
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }
  const frames = await followFeed(`http://127.0.0.1:${port}/api/v1/alerts/stream`, headers, count, onOpen)
  return frames.map((frame) => ({ ...frame, id: Number(frame.id) }))
}

test('an alert reaches whoever follows the feed as it is raised, revised and cleared', async () => {
  await sample.alerts.raise([sampleAlert('before')], 1)
  const frames = await follow(3, undefined, async () => {
    await sample.alerts.raise([sampleAlert('a')], 1)
    await sample.alerts.raise([sampleAlert('a', 0, { revision: 1 })], 1)
    await sample.alerts.raise([sampleAlert('a', 0, { revision: 2, clearedAt: '2026-11-09T00:00:00Z' })], 1)
  })
  expect(frames).toEqual([
    { id: 2, event: 'alert.raised', alert: 'a' },
    { id: 3, event: 'alert.revised', alert: 'a' },
    { id: 4, event: 'alert.cleared', alert: 'a' },
  ])
})

test('a client that comes back with its last event id misses nothing and sees nothing twice', async () => {
  const ids: number[] = []
  let raised = 0
  const raiseSome = async (count: number) => {
    for (let i = 0; i < count; i++) await sample.alerts.raise([sampleAlert(`n${raised++}`)], 1)
  }
  await raiseSome(450)
  for (let round = 0; round < 5; round++) {
    const frames = await follow(170, ids.at(-1) ?? 0, () => raiseSome(100))
    ids.push(...frames.slice(0, 170 - (round % 3)).map(({ id }) => id))
  }
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index + 1))
  expect(ids.length).toBeGreaterThan(800)
})

test('a last event id of another log is told apart and starts now', async () => {
  await sample.alerts.raise([sampleAlert('a')], 1)
  const frames = await follow(2, 99, () => sample.alerts.raise([sampleAlert('b')], 1))
  expect(frames.map(({ event }) => event)).toEqual(['feed.reset', 'alert.raised'])
})

test('a client that reads nothing costs no growing buffer', async () => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET /api/v1/alerts/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  await once(socket, 'data')
  socket.pause()
  const long = 'x'.repeat(2000)
  const reasons = Array.from({ length: 20 }, () => ({ detector: 'd', score: 1, nats: 2.0, sentence: { zh: long, en: long } }))
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 10; i++) await sample.alerts.raise([sampleAlert(`n${round}-${i}`, 0, { reasons })], 1)
    await new Promise(setImmediate)
  }
  expect(sample.alerts.lastSequence()).toBe(400)
  expect(sockets[0].writableLength).toBeGreaterThan(0)
  expect(sockets[0].writableLength).toBeLessThan(10_000_000)
  socket.destroy()
})

test('a quiet feed is kept alive, and the service stops at once with followers connected', async () => {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/alerts/stream`)
  if (!response.body) throw new Error('no body')
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes(': heartbeat')) text += (await reader.read()).value
  await app.close()
  while (!(await reader.read()).done);
})
