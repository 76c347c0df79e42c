import { createServer, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { eventIn, followStream, type StreamEvent } from '../../console/live/event-stream.ts'

beforeEach(() => vi.stubGlobal('sessionStorage', { getItem: () => null }))
afterEach(() => {
  vi.unstubAllGlobals()
})

test('an event has a name, an id and data over several lines; a comment is none', () => {
  expect(eventIn('id: 7\nevent: alert.raised\ndata: {"a":\ndata: 1}')).toEqual({
    event: 'alert.raised',
    id: '7',
    data: '{"a":\n1}',
  })
  expect(eventIn(': heartbeat')).toBeUndefined()
  expect(eventIn('retry: 2000\nid: 12')).toEqual({ event: 'message', id: '12', data: '' })
})

test('a stream that breaks is taken up where it broke, and comments count as life', async () => {
  const resumedFrom: (string | undefined)[] = []
  const server = createServer((request, response: ServerResponse) => {
    resumedFrom.push(request.headers['last-event-id']?.toString())
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (resumedFrom.length === 1) {
      response.write(': heartbeat\n\nid: 41\n\nid: 42\nevent: alert.raised\nda')
      setImmediate(() => response.end('ta: one\n\n'))
    } else {
      response.write('id: 43\nevent: alert.revised\ndata: two\n\n')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const stop = new AbortController()
  const events: StreamEvent[] = []
  const opened: boolean[] = []
  let beats = 0
  let lost = 0
  await followStream(
    `http://127.0.0.1:${port}/`,
    {
      onOpen: (resumed) => opened.push(resumed),
      onBeat: () => beats++,
      onLost: () => lost++,
      onEvent: (event) => {
        events.push(event)
        if (events.length === 2) stop.abort()
      },
    },
    stop.signal,
  )
  server.closeAllConnections()
  server.close()
  expect(events.map(({ data }) => data)).toEqual(['one', 'two'])
  expect(resumedFrom).toEqual([undefined, '42'])
  expect(opened).toEqual([false, true])
  expect(lost).toBe(1)
  expect(beats).toBeGreaterThan(1)
})
