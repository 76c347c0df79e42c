/** A name server for tests (RFC 1035): it says of each name what it is told to say, another thing each time if need be. */
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import type { Resolve } from '../../src/notify/reachable-address.ts'

const [TYPE_A, TYPE_AAAA] = [1, 28]

export interface DnsServer {
  /** Asks this server alone, for both kinds of addresses. */
  readonly resolve: Resolve
  /** Names that were asked for, once for each kind. */
  readonly asked: readonly string[]
  close(): void
}

/** `addressesOf` is called for each question for IPv4 addresses with how often that was asked before; its IPv6 ones are told too. */
export async function startDnsServer(addressesOf: (name: string, before: number) => readonly string[]): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  const times = new Map<string, number>()
  const latest = new Map<string, readonly string[]>()
  socket.on('message', (question, { address, port }) => {
    const { name, type, end } = questionIn(question)
    asked.push(name)
    if (type === TYPE_A) {
      const before = times.get(name) ?? 0
      times.set(name, before + 1)
      latest.set(name, addressesOf(name, before))
    }
    const addresses = (latest.get(name) ?? addressesOf(name, 0)).filter((one) => one.includes(':') === (type === TYPE_AAAA))
    socket.send(answerTo(question.subarray(0, end), type, addresses), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const resolver = new Resolver({ timeout: 2_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  const resolve: Resolve = async (hostname) => {
    const none = () => []
    const v4 = await resolver.resolve4(hostname).catch(none)
    const v6 = await resolver.resolve6(hostname).catch(none)
    return [...v4.map((address) => ({ address, family: 4 })), ...v6.map((address) => ({ address, family: 6 }))]
  }
  return { resolve, asked, close: () => socket.close() }
}

function questionIn(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = message[at]; length > 0; length = message[at]) {
    labels.push(message.subarray(at + 1, at + 1 + length).toString())
    at += 1 + length
  }
  return { name: labels.join('.'), type: message.readUInt16BE(at + 1), end: at + 5 }
}

function answerTo(question: Buffer, type: number, addresses: readonly string[]): Buffer {
  const head = Buffer.from(question)
  head.writeUInt16BE(0x8180, 2) // an answer, recursion available, no error
  head.writeUInt16BE(addresses.length, 6)
  head.writeUInt32BE(0, 8) // nothing of authority, nothing additional
  const records = addresses.map((address) => {
    const bytes = type === TYPE_A ? Buffer.from(address.split('.').map(Number)) : bytesOfIpv6(address)
    const record = Buffer.alloc(12)
    record.writeUInt16BE(0xc00c, 0) // the name of the question
    record.writeUInt16BE(type, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt16BE(bytes.length, 10)
    return Buffer.concat([record, bytes])
  })
  return Buffer.concat([head, ...records])
}

/** Written with `::` once at most, and with hexadecimal groups. */
function bytesOfIpv6(address: string): Buffer {
  const [before, after] = address.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const groups = after === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill('0'), ...after]
  return Buffer.concat(groups.map((group) => Buffer.from(group.padStart(4, '0'), 'hex')))
}
