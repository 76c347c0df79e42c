import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalDecoders } from '../../ingest/decode-canonical.ts'
import { decodeSlice, type SliceContext } from '../../ingest/decode-slice.ts'
import { type MeterOrder, meterOrderPackets } from '../../ingest/meter-order.ts'
import { MeterOwners, type MeterPolicy } from '../../ingest/meter-owners.ts'
import { Registers } from '../../ingest/registers.ts'
import { TimeZone } from '../../ingest/time-zone.ts'
import { TopicRoutes } from '../../ingest/topic-routes.ts'
import type { JournalledPacket } from '../../model/packet.ts'
import { ledgerOfMeters } from './sample-ledger.ts'

const RECEIVED = Date.UTC(2026, 10, 24, 1)
const METERS = ['A', 'B', 'C', 'D']
const ledger = ledgerOfMeters(...METERS)

function contextOf(owners = new MeterOwners()): SliceContext {
  return {
    importsDirectory: '/nowhere',
    ledger,
    routes: new TopicRoutes([], canonicalDecoders(new TimeZone('UTC'))),
    registers: new Registers(),
    owners,
    window: { futureSeconds: 300, pastSeconds: 86_400 },
  }
}

let position = 0

function packet(gateway: string, kind: string, body: unknown): JournalledPacket {
  const payload = Buffer.from(JSON.stringify(body))
  return { position: ++position, gateway, topic: `adit/v1/${gateway}/${kind}`, payload, receivedAt: RECEIVED }
}

const readings = (gateway: string, ...meters: string[]) =>
  packet(gateway, 'readings', { start: '2026-11-24T00:00:00Z', seconds: 900, readings: meters.map((meter) => [meter, 7]) })

function order(given: MeterOrder): JournalledPacket {
  const [first] = meterOrderPackets(given, RECEIVED)
  return { ...first, position: ++position }
}

/** Rows taken, refusals as `[code, value, readings]`, and what each says to do. */
function decode(packets: readonly JournalledPacket[], context: SliceContext) {
  const slices = [...decodeSlice(packets, context)]
  const refused = slices.flatMap((slice) => slice.refused)
  return {
    rows: slices.reduce((sum, { batch }) => sum + batch.length, 0),
    events: slices.flatMap(({ events }) => events).length,
    refused: refused.map(({ code, value, readings }) => [code, value, readings]),
    reasons: refused.map(({ reason }) => reason),
    remedies: refused.map(({ remedy }) => remedy),
    counts: slices.flatMap(({ counts }) => [...counts.values()]),
  }
}

test('a meter is of the gateway that reports it first; another’s value is refused, and says how a meter moves', () => {
  const { rows, refused, reasons, remedies, counts } = decode(
    [readings('gw-1', 'A', 'B'), readings('gw-2', 'C', 'A', 'B'), readings('gw-1', 'A')],
    contextOf(),
  )
  expect(rows).toBe(4)
  expect(refused).toEqual([['meter-of-another-gateway', 'A, B', 2]])
  expect(reasons[0]).toContain('gw-1 reports, not gw-2')
  expect(remedies[0]).toContain('adit gateway meters gw-2 --add')
  expect(counts.map(({ received, quarantined }) => [received, quarantined])).toEqual([
    [3, 0],
    [3, 2],
  ])
})

test('registers and events of another gateway’s meter are refused like its readings', () => {
  const registers = packet('gw-2', 'registers', { at: '2026-11-24T00:00:00Z', registers: [['A', 9]] })
  const events = packet('gw-2', 'events', { events: [['A', '2026-11-24T00:00:00Z', 'meter-exchanged']] })
  const outcome = decode([readings('gw-1', 'A'), registers, events], contextOf())
  expect(outcome.refused).toEqual([
    ['meter-of-another-gateway', 'A', 1],
    ['meter-of-another-gateway', 'A', 1],
  ])
  expect([outcome.rows, outcome.events]).toEqual([1, 0])
})

test('a payload that is refused makes no meter the gateway’s own', () => {
  const bad = packet('gw-2', 'readings', {
    start: '2026-11-24T00:00:00Z',
    seconds: 900,
    readings: [
      ['A', 7],
      ['B', -1],
    ],
  })
  const old = packet('gw-2', 'readings', { start: '2020-11-24T00:00:00Z', seconds: 900, readings: [['A', 7]] })
  const owners = new MeterOwners()
  decode([bad, old], contextOf(owners))
  expect(owners.count('gw-2')).toBe(0)
  expect(decode([readings('gw-1', 'A', 'B')], contextOf(owners)).rows).toBe(2)
})

test('people move meters: given, released, taken over, each from its place in the journal on', () => {
  const owners = new MeterOwners()
  const context = contextOf(owners)
  const rows = (...packets: JournalledPacket[]) => decode(packets, context).rows
  expect(rows(readings('gw-1', ...METERS))).toBe(4)
  expect(rows(readings('gw-2', 'A'), order({ from: null, to: 'gw-2', meters: ['A', 'unknown'] }), readings('gw-2', 'A'))).toBe(1)
  expect([owners.count('gw-1'), owners.count('gw-2')]).toEqual([3, 1])
  // gw-1 has A no more and cannot give it away
  expect(rows(order({ from: 'gw-1', to: null, meters: ['A', 'B'] }), readings('gw-3', 'A', 'B'))).toBe(1)
  expect(rows(order({ from: 'gw-1', to: 'gw-4', meters: null }), readings('gw-4', ...METERS))).toBe(2)
  expect(rows(order({ from: 'gw-4', to: null, meters: null }), readings('gw-1', ...METERS))).toBe(2)
})

test('where meters are told, nobody reports one that was not given; where any may report, all do', () => {
  const outcome = (policy: MeterPolicy) =>
    decode(
      [order({ from: null, to: 'gw-1', meters: ['A'] }), readings('gw-1', 'A', 'B'), readings('gw-2', 'A')],
      contextOf(new MeterOwners(policy)),
    )
  const told = outcome('told')
  expect(told.refused).toEqual([
    ['meter-of-another-gateway', 'B', 1],
    ['meter-of-another-gateway', 'A', 1],
  ])
  expect(told.reasons[0]).toContain('gw-1 was not told to report: B')
  expect([outcome('any').rows, outcome('any').refused]).toEqual([3, []])
})

test('only the service’s own packets move meters or bring files: a gateway that could name their topics is a gateway', () => {
  const owners = new MeterOwners()
  const context = contextOf(owners)
  decode([readings('gw-1', 'A')], context)
  const [{ payload }] = meterOrderPackets({ from: null, to: 'gw-2', meters: ['A'] }, RECEIVED)
  const forged = ['$adit/meters', '$adit/import', '$adit/import/events'].map((topic) => ({
    ...{ position: ++position, gateway: 'gw-2', topic, payload, receivedAt: RECEIVED },
  }))
  expect(decode(forged, context).refused.map(([code]) => code)).toEqual(['no-route', 'no-route', 'no-route'])
  expect([owners.count('gw-1'), owners.count('gw-2')]).toEqual([1, 0])
})

test('what an order that cannot be read says is in quarantine', () => {
  const [broken] = meterOrderPackets({ from: null, to: 'gw-2', meters: ['A'] }, RECEIVED)
  const outcome = decode([{ ...broken, payload: Buffer.from('{"to":"#"}'), position: ++position }], contextOf())
  expect(outcome.refused.map(([code]) => code)).toEqual(['bad-order'])
})

test('after a restart from any checkpoint the owners are those of an undisturbed run', () => {
  const gateway = fc.constantFrom('gw-1', 'gw-2', 'gw-3')
  const some = fc.subarray(METERS, { minLength: 1 })
  const step = fc.oneof(
    fc.tuple(gateway, some).map(([name, meters]) => readings(name, ...meters)),
    fc.record({ from: fc.option(gateway), to: fc.option(gateway), meters: fc.option(some) }).map(order),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), fc.nat(20), (packets, cut) => {
      const whole = new MeterOwners()
      const expected = decode(packets, contextOf(whole))
      const before = new MeterOwners()
      const first = decode(packets.slice(0, cut), contextOf(before))
      const after = new MeterOwners()
      after.restore(before.snapshot())
      const second = decode(packets.slice(cut), contextOf(after))
      expect([...first.refused, ...second.refused]).toEqual(expected.refused)
      expect(after.snapshot()).toEqual(whole.snapshot())
      for (const name of ['gw-1', 'gw-2', 'gw-3']) {
        const own = [...whole.owner].filter((number) => number === whole.numberOf(name)).length
        expect([whole.count(name), after.count(name)]).toEqual([own, own])
      }
    }),
  )
})
