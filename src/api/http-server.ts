/** The sockets under the API: who may hold connections, and for how long without asking for anything. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { BlockList, isIPv6, type Socket } from 'node:net'
import { ConnectionBound, type ConnectionLimits } from '../../ingest/connection-bound.ts'

export const HTTP_LIMITS: ConnectionLimits = { connections: 5_000, connectionsPerAddress: 1_000 }

const TIMES = {
  /** From its coming, or the first byte of the next request, a connection has as long for a whole head. */
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 20_000,
  connectionsCheckingInterval: 2_000,
}
/** For so long nothing passes either way. */
const STILL_MS = 60_000

/** Makes servers that share one bound; proxies (addresses and CIDR) hold connections for many. */
export function boundedServers(limits: ConnectionLimits, proxies: readonly string[]): (listener: RequestListener) => Server {
  const bound = new ConnectionBound<Socket>(limits)
  const ofMany = listOf(proxies)

  const connected = (socket: Socket) => {
    const { remoteAddress, remoteFamily } = socket
    // gone already
    if (remoteAddress === undefined) return
    const isOfMany = ofMany.check(remoteAddress, remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4')
    socket.once('close', () => bound.left(socket))
    if (!bound.admit(socket, isOfMany ? null : networkOf(remoteAddress))) socket.destroy()
  }
  const asked = (request: IncomingMessage, response: ServerResponse) => {
    const { socket, headers } = request
    // who is long with a body has not asked yet
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) bound.busy(socket)
    else request.once('end', () => bound.busy(socket))
    response.once('close', () => bound.idle(socket))
  }

  return (listener) => createServer(TIMES, listener).setTimeout(STILL_MS).on('connection', connected).on('request', asked)
}

/** Of IPv6 a /64: whoever has one address of it has all. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address
  const [head, tail] = address.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length
  return [...head, ...Array<string>(zeros).fill('0'), ...(tail ?? [])].slice(0, 4).join(':')
}

function listOf(proxies: readonly string[]): BlockList {
  const list = new BlockList()
  for (const proxy of proxies) {
    const [address, bits] = proxy.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
