import type { EndDeviceEvent } from '../model/end-device-event.ts'
import type { Ledger } from '../model/ledger.ts'
import type { JournalledPacket } from '../model/packet.ts'
import { type ReadingBatch, ReadingBatchBuilder } from '../model/reading-batch.ts'
import { DecodeError } from './decoder.ts'
import type { MeterOwners } from './meter-owners.ts'
import { PacketSink, type Refused, type TimeWindow } from './packet-sink.ts'
import type { Registers } from './registers.ts'
import type { TopicRoutes } from './topic-routes.ts'

export interface DecodeContext {
  readonly ledger: Ledger
  readonly routes: TopicRoutes
  readonly registers: Registers
  readonly owners: MeterOwners
  readonly window: TimeWindow
}

/** A payload, or some of its readings, that could not be taken. The quarantine keeps it. */
export interface RefusedPayload {
  readonly packet: JournalledPacket
  readonly code: string
  readonly field: string
  readonly value: string
  readonly reason: string
  readonly remedy: string
  /** How many readings that is; 1 for a payload that cannot be decoded. */
  readonly readings: number
}

/** One gateway's share of a slice. `received` = readings + registers + repeatedRegisters + quarantined, always. */
export interface GatewayCounts {
  received: number
  /** Interval readings that became rows of the batch. */
  readings: number
  /** Register values taken; the rows made of them carry FLAG_REGISTER (model/register-flags.ts). */
  registers: number
  /** Register values known before: duplicates. */
  repeatedRegisters: number
  quarantined: number
  events: number
  lastReceivedAt: number
}

export interface DecodedPackets {
  readonly batch: ReadingBatch
  readonly events: readonly EndDeviceEvent[]
  readonly refused: readonly RefusedPayload[]
  readonly counts: ReadonlyMap<string, GatewayCounts>
}

/**
 * Bytes to columns. Depends on the packets, the ledger, the registers and the owners before only: a packet's times are checked
 * against when it came in, never against the clock. Throws nothing on bad payloads: they come back as `refused`.
 */
export function decodePackets(
  packets: readonly JournalledPacket[],
  { ledger, routes, registers, owners, window }: DecodeContext,
  batch = new ReadingBatchBuilder(expectedRows(packets)),
): DecodedPackets {
  const events: EndDeviceEvent[] = []
  const refused: RefusedPayload[] = []
  const counts = new Map<string, GatewayCounts>()
  const sink = new PacketSink({ ledger, registers, owners, window, batch, events })

  for (const packet of packets) {
    const count = countsOf(counts, packet)
    sink.begin(packet)
    try {
      decodeOne(packet, routes, sink)
      sink.commit()
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      sink.restart()
      const { code, field, value, message, remedy } = error
      refused.push({ packet, code, field, value, reason: message, remedy, readings: 1 })
      count.quarantined++
      count.received++
      continue
    }
    const quarantined = sink.unknown.count + sink.foreign.count + sink.tooNew.count + sink.tooOld.count
    if (quarantined > 0) refuseValues(packet, sink, window, refused)
    count.readings += sink.readings
    count.registers += sink.takenRegisters
    count.repeatedRegisters += sink.repeatedRegisters
    count.quarantined += quarantined
    count.received += sink.readings + sink.takenRegisters + sink.repeatedRegisters + quarantined
    count.events += sink.takenEvents
  }
  return { batch, events, refused, counts }
}

function decodeOne(packet: JournalledPacket, routes: TopicRoutes, sink: PacketSink): void {
  const { topic, payload } = packet
  const decoder = routes.decoderFor(topic)
  if (decoder === null) {
    const remedy = 'publish to adit/v1/{gateway}/readings, registers or events, or map the topic to a format in the configuration'
    throw new DecodeError('no-route', 'topic', topic, `no format is known for the topic ${topic.slice(0, 200)}`, remedy)
  }
  if ('decodeBytes' in decoder) decoder.decodeBytes(payload, topic, sink)
  else decoder.decode(payload, topic, sink)
}

function refuseValues(
  packet: JournalledPacket,
  { unknown, foreign, foreignOwner, tooNew, tooOld }: PacketSink,
  window: TimeWindow,
  refused: RefusedPayload[],
): void {
  const came = instantText(packet.receivedAt / 1000)
  if (unknown.count > 0) {
    const reason = `${unknown.count} ${unknown.count === 1 ? 'value' : 'values'} of meters that no ledger knows: ${namesOf(unknown)}`
    const remedy = 'import the usage points of these meters, then replay this payload'
    refused.push({
      packet,
      code: 'unknown-meter',
      field: 'meter',
      value: namesOf(unknown),
      reason,
      remedy,
      readings: unknown.count,
    })
  }
  if (foreign.count > 0) refused.push(refuseForeign(packet, foreign, foreignOwner))
  if (tooNew.count > 0) {
    const value = instantText(tooNew.firstTime)
    const reason = `${tooNew.count} ${tooNew.count === 1 ? 'value' : 'values'} from the future: ${value}, received ${came}, ${window.futureSeconds} s are allowed`
    const remedy = 'set the clock and the time zone of the gateway; times need their offset from UTC'
    refused.push({ packet, code: 'too-new', field: 'time', value, reason, remedy, readings: tooNew.count })
  }
  if (tooOld.count > 0) {
    const value = instantText(tooOld.firstTime)
    const reason = `${tooOld.count} ${tooOld.count === 1 ? 'value' : 'values'} too late: ${value} (${namesOf(tooOld)}), received ${came}, ${Math.round(window.pastSeconds / 86_400)} days are allowed, and registers must not come before the 16 latest`
    const remedy = 'check the clock of the meter; bring history in with adit import'
    refused.push({ packet, code: 'too-old', field: 'time', value, reason, remedy, readings: tooOld.count })
  }
}

function refuseForeign(packet: JournalledPacket, foreign: Refused, owner: string): RefusedPayload {
  const { gateway } = packet
  const what = `${foreign.count} ${foreign.count === 1 ? 'value' : 'values'} of meters that`
  const whose = owner === '' ? `${gateway} was not told to report` : `${owner} reports, not ${gateway}`
  const remedy =
    owner === ''
      ? `if they are its own: adit gateway meters ${gateway} --add METER…, then replay this payload`
      : `if the meters have moved: adit gateway meters ${gateway} --add METER…, or adit gateway meters ${owner} --release METER…, then replay this payload`
  return {
    packet,
    code: 'meter-of-another-gateway',
    field: 'meter',
    value: namesOf(foreign),
    reason: `${what} ${whose}: ${namesOf(foreign)}`,
    remedy,
    readings: foreign.count,
  }
}

function countsOf(counts: Map<string, GatewayCounts>, { gateway, receivedAt }: JournalledPacket): GatewayCounts {
  let count = counts.get(gateway)
  if (!count) {
    count = { received: 0, readings: 0, registers: 0, repeatedRegisters: 0, quarantined: 0, events: 0, lastReceivedAt: 0 }
    counts.set(gateway, count)
  }
  count.lastReceivedAt = Math.max(count.lastReceivedAt, receivedAt)
  return count
}

function namesOf({ count, meters }: Refused): string {
  return count > meters.length ? `${meters.join(', ')} …` : meters.join(', ')
}

function instantText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).concat('Z')
}

/** A reading takes some twenty bytes of JSON. */
function expectedRows(packets: readonly JournalledPacket[]): number {
  let bytes = 0
  for (const { payload } of packets) bytes += payload.length
  return Math.max(64, Math.ceil(bytes / 20))
}
