import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { ConnectionLimits } from '../../ingest/connection-bound.ts'
import { networkOf } from '../../src/api/http-server.ts'
import { buildServer } from '../../src/api/server.ts'
import { sampleParts } from './sample-parts.ts'

const HEAD = 'HTTP/1.1\r\nHost: localhost\r\n'

async function serve(limits: ConnectionLimits, proxies: readonly string[] = []) {
  const sample = await sampleParts()
  const options = { loopback: true, hosts: [], requestsPerMinute: 1_000, consoleDirectory: '/nonexistent' }
  const app = await buildServer(sample.parts, { ...options, limits, proxies })
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const sockets: Socket[] = []
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await app.close()
    await sample.close()
  })

  /** A connection that says this, and nothing more. */
  async function hold(words: string, localAddress = '127.0.0.1') {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    sockets.push(socket)
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk
    })
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(words)
    return { heard: () => heard, isOpen: () => !socket.closed }
  }

  /** What an operator gets who comes now, on a connection of their own. */
  async function ask(localAddress = '127.0.0.1'): Promise<number | undefined> {
    const asked = request({ port, host: '127.0.0.1', path: '/api/v1/summary', localAddress, agent: false }).end()
    const [answer] = await once(asked, 'response')
    answer.resume()
    return answer.statusCode
  }
  const following = async (address?: string) => {
    const feed = await hold(`GET /api/v1/alerts/stream ${HEAD}\r\n`, address)
    await expect.poll(feed.heard).toMatch(/^id: /m)
    return feed
  }
  return { hold, ask, following }
}

test('who holds all connections without asking for anything gives way to who asks, the longest silent first', async () => {
  const { hold, ask, following } = await serve({ connections: 4, connectionsPerAddress: 100 })
  const feed = await following()
  const silent = await hold('')
  const slowHead = await hold(`GET /api/v1/summary ${HEAD}X: `)
  const slowBody = await hold(`POST /api/v1/session ${HEAD}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`)
  const open = () => [silent, slowHead, slowBody].map((one) => one.isOpen())
  for (const left of [
    [false, true, true],
    [false, false, true],
    [false, false, false],
  ]) {
    expect(await ask()).toBe(200)
    await expect.poll(open).toEqual(left)
    await hold('')
  }
  expect(feed.isOpen()).toBe(true)
})

test('when all connections are at something, one more is not taken', async () => {
  const { ask, following } = await serve({ connections: 2, connectionsPerAddress: 100 })
  const feeds = [await following(), await following()]
  await expect(ask()).rejects.toThrow(/ECONNRESET|socket hang up/)
  expect(feeds.map((feed) => feed.isOpen())).toEqual([true, true])
})

test('an address that has as many as it may loses its own, and takes none of those of others', async () => {
  const { hold, ask, following } = await serve({ connections: 100, connectionsPerAddress: 2 })
  const other = await hold('', '127.0.0.2')
  const [feed, first] = [await following(), await hold('')]
  const second = await hold('')
  await expect.poll(first.isOpen).toBe(false)
  expect([other, feed, second].map((one) => one.isOpen())).toEqual([true, true, true])
  await following()
  await expect.poll(second.isOpen).toBe(false)
  await expect(ask()).rejects.toThrow(/ECONNRESET|socket hang up/)
  expect(await ask('127.0.0.2')).toBe(200)
})

test('a proxy holds connections for many, as many as there may be in all', async () => {
  const { following } = await serve({ connections: 100, connectionsPerAddress: 1 }, ['127.0.0.0/8'])
  const feeds = [await following(), await following(), await following()]
  expect(feeds.map((feed) => feed.isOpen())).toEqual([true, true, true])
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['2001:db8:1:2:3::', '2001:db8:1:2'],
  ['::1', '0:0:0:0'],
])('%s is of the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
