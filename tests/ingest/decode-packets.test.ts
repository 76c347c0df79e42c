import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalDecoders } from '../../ingest/decode-canonical.ts'
import { type DecodeContext, decodePackets } from '../../ingest/decode-packets.ts'
import { DecodeError, type Decoder } from '../../ingest/decoder.ts'
import { MeterOwners } from '../../ingest/meter-owners.ts'
import { Registers } from '../../ingest/registers.ts'
import { TimeZone } from '../../ingest/time-zone.ts'
import { TopicRoutes } from '../../ingest/topic-routes.ts'
import type { JournalledPacket } from '../../model/packet.ts'
import { FLAG_REGISTER } from '../../model/register-flags.ts'
import { buildLedger } from '../../src/ledger/build-ledger.ts'
import { ledgerOfMeters, samplePoint } from './sample-ledger.ts'

const RECEIVED = Date.UTC(2026, 10, 24, 1)

function contextOf(ledger = ledgerOfMeters('A', 'B', 'C')): DecodeContext {
  return {
    ledger,
    routes: new TopicRoutes(
      [{ topic: 'old/+/load', format: 'canonical-readings' }],
      canonicalDecoders(new TimeZone('Asia/Shanghai')),
    ),
    registers: new Registers(),
    owners: new MeterOwners(),
    window: { futureSeconds: 300, pastSeconds: 400 * 86_400 },
  }
}

function packet(
  position: number,
  body: unknown,
  { topic = 'adit/v1/gw-1/readings', receivedAt = RECEIVED, gateway = 'gw-1' } = {},
): JournalledPacket {
  return { position, topic, receivedAt, gateway, payload: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}

const readings = (rows: unknown[], start = '2026-11-24T00:00:00Z') => ({ start, seconds: 900, readings: rows })

test('known meters of a payload are taken, unknown ones are refused with their names, and the book balances', () => {
  const { batch, refused, counts } = decodePackets(
    [
      packet(
        5,
        readings([
          ['A', 1],
          ['X', 2],
          ['B', 3, { varh: 4, quality: 8 }],
          ['Y', 5],
        ]),
      ),
    ],
    contextOf(),
  )
  expect(batch.length).toBe(2)
  expect([...batch.columns.usagePoint.subarray(0, 2)]).toEqual([0, 1])
  expect([...batch.columns.energyWh.subarray(0, 2)]).toEqual([1, 3])
  expect([...batch.columns.quality.subarray(0, 2)]).toEqual([0, 8])
  expect([...batch.columns.position.subarray(0, 2)]).toEqual([5, 5])
  expect(batch.columns.reactiveVarh[0]).toBeNaN()
  expect(refused).toMatchObject([
    { code: 'unknown-meter', value: 'X, Y', readings: 2, reason: expect.stringContaining('2 values') },
  ])
  expect(counts.get('gw-1')).toMatchObject({ received: 4, readings: 2, quarantined: 2 })
})

test('a payload that is bad half-way leaves nothing behind and counts as one', () => {
  const { batch, refused, counts } = decodePackets(
    [
      packet(
        1,
        readings([
          ['A', 1],
          ['B', -1],
        ]),
      ),
      packet(2, readings([['C', 7]])),
    ],
    contextOf(),
  )
  expect([batch.length, batch.columns.usagePoint[0]]).toEqual([1, 2])
  expect(refused).toMatchObject([
    { code: 'out-of-range', field: '$.readings[1][1]', value: '-1', readings: 1, packet: { position: 1 } },
  ])
  expect(counts.get('gw-1')).toMatchObject({ received: 2, readings: 1, quarantined: 1 })
})

test('a decoder that gives readings before it finds the fault leaves none of them', () => {
  const halfWay: Decoder = {
    name: 'half-way',
    decode(_payload, _topic, sink) {
      sink.reading('A', Date.UTC(2026, 10, 24) / 1000, 900, 1, Number.NaN, 0)
      sink.reading('X', 0, 900, 1, Number.NaN, 0)
      throw new DecodeError('cut-off', '$', '', 'the payload ends in a value', 'send it whole')
    },
  }
  const routes = new TopicRoutes([{ topic: 'half/#', format: 'half-way' }], [halfWay, ...canonicalDecoders(new TimeZone('UTC'))])
  const { batch, refused, counts } = decodePackets([packet(1, '', { topic: 'half/way' })], { ...contextOf(), routes })
  expect(batch.length).toBe(0)
  expect(refused.map(({ code }) => code)).toEqual(['cut-off'])
  expect(counts.get('gw-1')).toMatchObject({ received: 1, readings: 0, quarantined: 1 })
})

test('times are checked against when the packet came in, not against the clock', () => {
  const old = Date.UTC(2011, 0, 1)
  const packets = [
    packet(1, readings([['A', 1]], '2011-01-01T00:00:00Z'), { receivedAt: old }),
    packet(
      2,
      readings(
        [
          ['A', 1],
          ['B', 1],
        ],
        '2011-01-01T00:05:01Z',
      ),
      { receivedAt: old },
    ),
    packet(3, readings([['A', 1]], '2011-01-01T00:00:00Z')),
  ]
  const { batch, refused } = decodePackets(packets, contextOf())
  expect(batch.length).toBe(1)
  expect(refused.map(({ code, readings, value }) => [code, readings, value])).toEqual([
    ['too-new', 2, '2011-01-01T00:05:01Z'],
    ['too-old', 1, '2011-01-01T00:00:00Z'],
  ])
})

test('CT and PT are applied from the ledger', () => {
  const ledger = buildLedger([samplePoint('U', 'A', { ctRatio: 40, ptRatio: 100 })], [], [], [])
  const { batch } = decodePackets([packet(1, readings([['A', 1.5, { varh: 2 }]]))], contextOf(ledger))
  expect([batch.columns.energyWh[0], batch.columns.reactiveVarh[0]]).toEqual([6000, 8000])
})

test('registers become rows across packets, each value is counted once and a repeated one as repeated', () => {
  const registers = (at: string, wh: number) => ({
    at,
    registers: [
      ['A', wh],
      ['X', 1],
    ],
  })
  const topic = 'adit/v1/gw-1/registers'
  const packets = [
    packet(1, registers('2026-11-24T00:00:00Z', 100), { topic }),
    packet(2, registers('2026-11-24T00:15:00Z', 350), { topic }),
    packet(3, registers('2026-11-24T00:15:00Z', 350), { topic }),
  ]
  const { batch, counts } = decodePackets(packets, contextOf())
  expect(batch.length).toBe(1)
  expect([batch.columns.energyWh[0], batch.columns.flags[0], batch.columns.position[0]]).toEqual([250, FLAG_REGISTER, 2])
  expect(counts.get('gw-1')).toMatchObject({ received: 6, registers: 2, repeatedRegisters: 1, quarantined: 3, readings: 0 })
})

test('events come out with our code and their own, and an exchange parts the registers', () => {
  const context = contextOf()
  const at = (minute: number) => `2026-11-24T00:${String(minute).padStart(2, '0')}:00Z`
  const packets = [
    packet(1, { at: at(0), registers: [['A', 100]] }, { topic: 'adit/v1/gw-1/registers' }),
    packet(
      2,
      {
        events: [
          ['A', at(7), 'meter-exchanged'],
          ['B', at(8), 'dsmr:44', 'front'],
          ['C', at(9), 'gremlins'],
          ['X', at(9), 'power-down'],
        ],
      },
      { topic: 'adit/v1/gw-1/events' },
    ),
    packet(3, { at: at(15), registers: [['A', 350]] }, { topic: 'adit/v1/gw-1/registers' }),
  ]
  const { batch, events, refused, counts } = decodePackets(packets, context)
  expect(batch.length).toBe(0)
  expect(events.map(({ usagePoint, code, raw, detail }) => [usagePoint, code, raw, detail])).toEqual([
    [0, 'meter-exchanged', 'meter-exchanged', ''],
    [1, 'meter-cover-opened', 'dsmr:44', 'front'],
    [2, 'other', 'gremlins', ''],
  ])
  expect(refused).toMatchObject([{ code: 'unknown-meter', value: 'X' }])
  expect(counts.get('gw-1')).toMatchObject({ received: 3, registers: 2, quarantined: 1, events: 3 })
})

test('a topic without a route is refused with the topics that have one; a mapped one is read', () => {
  const { batch, refused } = decodePackets(
    [packet(1, readings([['A', 1]]), { topic: 'other/gw-1/load' }), packet(2, readings([['A', 1]]), { topic: 'old/gw-1/load' })],
    contextOf(),
  )
  expect(batch.length).toBe(1)
  expect(refused).toMatchObject([{ code: 'no-route', field: 'topic', value: 'other/gw-1/load' }])
  expect(() => new TopicRoutes([{ topic: 'a', format: 'nope' }], canonicalDecoders(new TimeZone('UTC')))).toThrow(
    /there is no format "nope"; there are canonical-readings/,
  )
})

test('whatever comes in, each gateway’s book balances and no row is of a refused payload', () => {
  const payload = fc.oneof(
    fc.record({
      start: fc.constantFrom('2026-11-24T00:00:00Z', '2027-01-01T00:00:00Z', '2026-02-30T00:00:00Z'),
      seconds: fc.constant(900),
      readings: fc.array(fc.tuple(fc.constantFrom('A', 'B', 'X'), fc.constantFrom(1, 2.5, -1)), { maxLength: 5 }),
    }),
    fc.record({
      at: fc.constantFrom('2026-11-24T00:00:00Z', '2026-11-24T00:15:00Z', '2026-11-23T00:00:00Z'),
      registers: fc.array(fc.tuple(fc.constantFrom('A', 'B', 'X'), fc.nat(1000)), { maxLength: 5 }),
    }),
    fc.constant({}),
    fc.string(),
  )
  const arrival = fc.tuple(
    payload,
    fc.constantFrom('gw-1', 'gw-2'),
    fc.constantFrom('readings', 'registers', 'events', 'nonsense'),
  )
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 12 }), (arrivals) => {
      const packets = arrivals.map(([body, gateway, kind], index) =>
        packet(index + 1, body, { gateway, topic: `adit/v1/${gateway}/${kind}` }),
      )
      const { batch, refused, counts } = decodePackets(packets, contextOf())
      let quarantined = 0
      let rows = 0
      for (const count of counts.values()) {
        expect(count.received).toBe(count.readings + count.registers + count.repeatedRegisters + count.quarantined)
        quarantined += count.quarantined
        rows += count.readings
      }
      expect(refused.reduce((sum, { readings }) => sum + readings, 0)).toBe(quarantined)
      const direct = Array.from({ length: batch.length }, (_, row) => batch.columns.flags[row]).filter(
        (flags) => (flags & FLAG_REGISTER) === 0,
      )
      expect(direct.length).toBe(rows)
    }),
    { numRuns: 300 },
  )
})
