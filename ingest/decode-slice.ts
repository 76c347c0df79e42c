import { join } from 'node:path'
import type { JournalledPacket } from '../model/packet.ts'
import { ReadingBatchBuilder } from '../model/reading-batch.ts'
import { REPEATED, TAKEN } from './byte-sink.ts'
import {
  type DecodeContext,
  type DecodedPackets,
  decodePackets,
  type GatewayCounts,
  type RefusedPayload,
} from './decode-packets.ts'
import { DecodeError } from './decoder.ts'
import { ImportNote, KIND_READINGS } from './import-format.ts'
import { type ImportBlock, importRows } from './import-reader.ts'
import { parseJson } from './json-guard.ts'
import { readMeterOrder } from './meter-order.ts'
import type { TimeWindow } from './packet-sink.ts'
import { IMPORT_EVENTS_TOPIC, IMPORT_GATEWAY, IMPORT_TOPIC, METER_ORDER_TOPIC } from './topic-routes.ts'

export interface SliceContext extends DecodeContext {
  /** Where `adit import` puts the files that its packets name. */
  readonly importsDirectory: string
}

/**
 * The packets of a slice as batches in their order: one for all that came by message, and for an import one for each
 * block of its file, at most 65,536 rows. All of them belong to the slice: no checkpoint in between.
 */
export function* decodeSlice(packets: readonly JournalledPacket[], context: SliceContext): Generator<DecodedPackets> {
  let from = 0
  for (const [index, packet] of packets.entries()) {
    if (packet.gateway !== IMPORT_GATEWAY) continue
    if (index > from) yield decodePackets(packets.slice(from, index), context)
    yield* decodeOwn(packet, context)
    from = index + 1
  }
  if (from === 0) yield decodePackets(packets, context)
  else if (from < packets.length) yield decodePackets(packets.slice(from), context)
}

/** What no gateway and no broker can send: imports, and orders of the people who run the service. */
function* decodeOwn(packet: JournalledPacket, context: SliceContext): Generator<DecodedPackets> {
  if (packet.topic === METER_ORDER_TOPIC) yield* obeyOrder(packet, context)
  else if (packet.topic === IMPORT_TOPIC) yield* decodeImport(packet, context)
  else if (packet.topic === IMPORT_EVENTS_TOPIC)
    yield decodePackets([{ ...packet, topic: 'adit/v1/import/events' }], { ...context, window: ofAnyAge(context.window) })
  else yield decodePackets([packet], context)
}

function* obeyOrder(packet: JournalledPacket, { owners, ledger }: SliceContext): Generator<DecodedPackets> {
  try {
    owners.obey(readMeterOrder(packet), ledger)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    yield refusedWhole(packet, error)
  }
}

function ofAnyAge({ futureSeconds }: TimeWindow): TimeWindow {
  return { futureSeconds, pastSeconds: 0xffff_ffff }
}

function* decodeImport(packet: JournalledPacket, context: SliceContext): Generator<DecodedPackets> {
  try {
    const note = ImportNote.safeParse(parseJson(packet.payload))
    if (!note.success)
      throw new DecodeError(
        'bad-import',
        '$',
        '',
        'the packet names no import file',
        'import the original file again with adit import',
      )
    for (const block of importRows(join(context.importsDirectory, note.data.file))) yield decodeBlock(packet, block, context)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    yield refusedWhole(packet, error)
  }
}

function refusedWhole(packet: JournalledPacket, { code, field, value, message, remedy }: DecodeError): DecodedPackets {
  const counts = countsOf(packet, 1)
  counts.quarantined = 1
  const refused = [{ packet, code, field, value, reason: message, remedy, readings: 1 }]
  return { batch: new ReadingBatchBuilder(1), events: [], refused, counts: new Map([[packet.gateway, counts]]) }
}

/** CT/PT is applied here, from the ledger of the moment, as for what comes by message. */
function decodeBlock(packet: JournalledPacket, block: ImportBlock, { ledger, registers }: SliceContext): DecodedPackets {
  const { kind, length } = block
  const { usagePoint, start, seconds, energyWh, reactiveVarh, quality } = block.columns
  const { ratio, length: usagePoints } = ledger.usagePoints
  const batch = new ReadingBatchBuilder(length)
  const counts = countsOf(packet, length)
  let tooOld = 0
  for (let row = 0; row < length; row++) {
    const point = usagePoint[row]
    if (point >= usagePoints) {
      throw new DecodeError(
        'import-file',
        '$.file',
        `row ${point}`,
        'the import file is of another ledger',
        'import the original file again with adit import',
      )
    }
    const scale = ratio[point]
    if (kind === KIND_READINGS) {
      batch.add(
        point,
        start[row],
        seconds[row],
        energyWh[row] * scale,
        reactiveVarh[row] * scale,
        quality[row],
        0,
        packet.position,
      )
      counts.readings++
      continue
    }
    const varh = reactiveVarh[row]
    const outcome = registers.take(
      point,
      seconds[row],
      start[row],
      energyWh[row],
      varh,
      quality[row],
      scale,
      packet.position,
      batch,
    )
    if (outcome === TAKEN) counts.registers++
    else if (outcome === REPEATED) counts.repeatedRegisters++
    else tooOld++
  }
  counts.quarantined = tooOld
  return {
    batch,
    events: [],
    refused: tooOld === 0 ? [] : [refusedAsTooOld(packet, start[0], tooOld)],
    counts: new Map([[packet.gateway, counts]]),
  }
}

function refusedAsTooOld(packet: JournalledPacket, from: number, readings: number): RefusedPayload {
  const reason = `${readings} register values lie before the 16 latest of their meters`
  const remedy = 'import the history of registers before the meters go live, or import it as interval readings'
  return { packet, code: 'too-old', field: `registers from ${from}`, value: String(from), reason, remedy, readings }
}

function countsOf({ receivedAt }: JournalledPacket, received: number): GatewayCounts {
  return { received, readings: 0, registers: 0, repeatedRegisters: 0, quarantined: 0, events: 0, lastReceivedAt: receivedAt }
}
