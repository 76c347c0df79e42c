import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { MalformedLength, PacketGuard, PacketTooLarge } from '../../ingest/packet-guard.ts'

function publish(payloadBytes: number): Buffer {
  return generate({ cmd: 'publish', topic: 'a', payload: Buffer.alloc(payloadBytes, 0xc0), qos: 0, dup: false, retain: false })
}
const PING = generate({ cmd: 'pingreq' })
const ping = Symbol('ping')

/** Feeds bytes cut at the given places. */
function feed(guard: PacketGuard, bytes: Buffer, cuts: readonly number[]): number[] {
  const pings: number[] = []
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  for (let index = 1; index < places.length; index++) {
    guard.follow(bytes.subarray(places[index - 1], places[index]), 0, false)
    pings.push(...guard.pings.map((at) => at + places[index - 1]))
  }
  return pings
}

describe('the packet guard', () => {
  test('finds the pings between packets, wherever the stream is cut, and none inside a payload', () => {
    const packet = fc.oneof(fc.constant(ping), fc.nat(300), fc.nat(20_000))
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 20 }), fc.array(fc.nat(), { maxLength: 20 }), (packets, cuts) => {
        const parts = packets.map((part) => (typeof part === 'number' ? publish(part) : PING))
        const bytes = Buffer.concat(parts)
        const starts = parts.map((_, index) => parts.slice(0, index).reduce((sum, { length }) => sum + length, 0))
        const expected = starts.filter((at, index) => {
          const isCut = cuts.some((cut) => cut % (bytes.length + 1) === at + 1)
          return parts[index] === PING && !isCut
        })
        const guard = new PacketGuard(100_000)
        expect(feed(guard, bytes, cuts)).toEqual(expected)
        expect(guard.idle).toBe(true)
      }),
    )
  })

  test('refuses a packet as soon as its length is known to be too large, before any of its body', () => {
    const guard = new PacketGuard(1_000)
    guard.follow(publish(900), 0, false)
    expect(() => guard.follow(Buffer.from([0x30, 0xff, 0x7f]), 0, false)).toThrow(PacketTooLarge)
    expect(() => new PacketGuard(1_000).follow(Buffer.from([0x10, 0xff, 0xff, 0xff]), 0, false)).toThrow(PacketTooLarge)
  })

  test('refuses a length of more than four bytes', () => {
    const guard = new PacketGuard(Number.POSITIVE_INFINITY)
    expect(() => guard.follow(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), 0, false)).toThrow(MalformedLength)
  })

  test('stops behind the first packet when asked to', () => {
    const bytes = Buffer.concat([publish(200), publish(5)])
    for (const cut of [1, 2, 3, 100, publish(200).length - 1]) {
      const guard = new PacketGuard(1_000)
      expect(guard.follow(bytes.subarray(0, cut), 0, true)).toBe(cut)
      expect(cut + guard.follow(bytes.subarray(cut), 0, true)).toBe(publish(200).length)
      expect(guard.idle).toBe(true)
    }
  })
})
