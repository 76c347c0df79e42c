import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { RefusedPayload } from '../../ingest/decode-packets.ts'
import { Quarantine } from '../../ingest/quarantine.ts'
import type { Packet } from '../../model/packet.ts'
import { scratchDirectory } from './scratch-directory.ts'

function refused(position: number, more: Partial<RefusedPayload> & { gateway?: string } = {}): RefusedPayload {
  const { gateway = 'gw-1', ...rest } = more
  const packet = { position, gateway, topic: 't', payload: Buffer.from(`payload ${position}`), receivedAt: 1000 + position }
  return { packet, code: 'unknown-meter', field: 'meter', value: 'X', reason: 'r', remedy: 'do', readings: 3, ...rest }
}

function open(
  options: { mostBytes?: number; givenUp?: (payloads: number) => void } = {},
  path = join(scratchDirectory(), 'quarantine.db'),
): Quarantine {
  const quarantine = new Quarantine({ path, ...options })
  onTestFinished(() => quarantine.close())
  return quarantine
}

test('a refused payload is kept raw with its reason, once, even when the journal is read again', () => {
  const quarantine = open()
  quarantine.keep([refused(1), refused(2, { code: 'bad-time', gateway: 'gw-2', readings: 1 })])
  quarantine.keep([refused(1), refused(2, { code: 'bad-time', gateway: 'gw-2', readings: 1 })])
  expect(quarantine.list({ limit: 10 }).map(({ position, code }) => [position, code])).toEqual([
    [2, 'bad-time'],
    [1, 'unknown-meter'],
  ])
  const [newest, oldest] = quarantine.list({ limit: 10 })
  expect(quarantine.list({ limit: 10, before: newest.id }).map(({ id }) => id)).toEqual([oldest.id])
  expect(quarantine.list({ limit: 10, gateway: 'gw-2' }).length).toBe(1)
  expect(quarantine.list({ limit: 10, code: 'unknown-meter' }).length).toBe(1)
  expect(Buffer.from(quarantine.get(oldest.id)?.payload ?? []).toString()).toBe('payload 1')
  expect(quarantine.counts()).toEqual([
    { code: 'bad-time', payloads: 1, readings: 1 },
    { code: 'unknown-meter', payloads: 1, readings: 3 },
  ])
})

test('a replayed payload goes to the journal as it came, once, and is listed no more, not even after the journal is read again', async () => {
  const quarantine = open()
  quarantine.keep([refused(1), refused(1, { code: 'too-new', field: 'time' }), refused(2, { code: 'bad-time' })])
  const appended: Packet[] = []
  const append = async (packet: Packet) => {
    appended.push(packet)
  }
  const ids = quarantine.list({ limit: 10, code: 'unknown-meter' }).map(({ id }) => id)
  expect(await quarantine.replay({ ids }, append)).toBe(1)
  expect(
    appended.map(({ payload, receivedAt, gateway, topic }) => [Buffer.from(payload).toString(), receivedAt, gateway, topic]),
  ).toEqual([['payload 1', 1001, 'gw-1', 't']])
  quarantine.keep([refused(1)])
  expect(quarantine.list({ limit: 10 }).map(({ position }) => position)).toEqual([2])
  expect(await quarantine.replay({ ids }, append)).toBe(0)
  expect(await quarantine.replay({}, append)).toBe(1)
})

test('a payload that the journal would not take stays', async () => {
  const quarantine = open()
  quarantine.keep([refused(1)])
  await expect(quarantine.replay({}, () => Promise.reject(new Error('the disk is full')))).rejects.toThrow('the disk is full')
  expect(quarantine.list({ limit: 10 }).length).toBe(1)
})

test('beyond its bound the oldest raw payloads are given up, loudly; their reasons stay', () => {
  const given: number[] = []
  const quarantine = open({ mostBytes: 25, givenUp: (payloads) => given.push(payloads) })
  quarantine.keep([refused(1), refused(2)])
  expect(given).toEqual([])
  quarantine.keep([refused(3), refused(4)])
  expect(given).toEqual([2])
  const listed = quarantine.list({ limit: 10 })
  expect(listed.map(({ id }) => quarantine.get(id) !== undefined)).toEqual([true, true, false, false])
})

test('what was kept is there after closing', () => {
  const path = join(scratchDirectory(), 'quarantine.db')
  const first = new Quarantine({ path })
  first.keep([refused(9)])
  first.close()
  expect(open({}, path).list({ limit: 1 })[0].position).toBe(9)
})
