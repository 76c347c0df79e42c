import type { EndDeviceEvent } from '../model/end-device-event.ts'
import type { Ledger } from '../model/ledger.ts'
import type { JournalledPacket } from '../model/packet.ts'
import type { ReadingBatchBuilder } from '../model/reading-batch.ts'
import { type PayloadSink, REPEATED, TAKEN, TOO_NEW, TOO_OLD, UNKNOWN_METER } from './byte-sink.ts'
import { asciiText } from './decimal.ts'
import { deviceOf } from './device.ts'
import { breaksRegisters, eventCodeOf } from './event-codes.ts'
import type { Registers } from './registers.ts'

/** Times that are taken, against the time the packet came in: a reading outside means a wrong clock. */
export interface TimeWindow {
  readonly futureSeconds: number
  readonly pastSeconds: number
}

/** Why values of one payload were refused: how many, and the first few meters. */
export interface Refused {
  count: number
  readonly meters: string[]
  firstTime: number
}

const NAMED_METERS = 5
const encoder = new TextEncoder()

/**
 * Takes one payload at a time: resolves meters, applies CT/PT, checks times. Readings go into the batch at once and are
 * taken back by `restart`; register values and events are held until `commit`, since registers cannot be taken back.
 */
export class PacketSink implements PayloadSink {
  readonly #ledger: Ledger
  readonly #registers: Registers
  readonly #batch: ReadingBatchBuilder
  readonly #events: EndDeviceEvent[]
  readonly #window: TimeWindow
  readonly #ratio: Float32Array
  #position = 0
  #earliest = 0
  #latest = 0
  #rowsBefore = 0
  readonly #heldRegisters: [row: number, meter: number, at: number, wh: number, varh: number, quality: number][] = []
  readonly #heldEvents: EndDeviceEvent[] = []
  readings = 0
  repeatedRegisters = 0
  takenRegisters = 0
  takenEvents = 0
  readonly unknown = nobody()
  readonly tooNew = nobody()
  readonly tooOld = nobody()

  constructor(ledger: Ledger, registers: Registers, window: TimeWindow, batch: ReadingBatchBuilder, events: EndDeviceEvent[]) {
    this.#ledger = ledger
    this.#registers = registers
    this.#window = window
    this.#batch = batch
    this.#events = events
    this.#ratio = ledger.usagePoints.ratio
  }

  begin(packet: JournalledPacket): void {
    const receivedAt = Math.floor(packet.receivedAt / 1000)
    this.#position = packet.position
    this.#earliest = receivedAt - this.#window.pastSeconds
    this.#latest = receivedAt + this.#window.futureSeconds
    this.#rowsBefore = this.#batch.length
    this.#forget()
  }

  restart(): void {
    this.#batch.truncate(this.#rowsBefore)
    this.#forget()
  }

  readingAt(
    bytes: Uint8Array,
    from: number,
    to: number,
    start: number,
    seconds: number,
    energyWh: number,
    reactiveVarh: number,
    quality: number,
  ): number {
    const row = this.#ledger.rowOfMeterBytes(bytes, from, to)
    if (row < 0) return refuse(this.unknown, asciiText(bytes, from, to), start, UNKNOWN_METER)
    if (start > this.#latest) return refuse(this.tooNew, asciiText(bytes, from, to), start, TOO_NEW)
    if (start < this.#earliest) return refuse(this.tooOld, asciiText(bytes, from, to), start, TOO_OLD)
    const ratio = this.#ratio[row]
    this.#batch.add(row, start, seconds, energyWh * ratio, reactiveVarh * ratio, quality, 0, this.#position)
    this.readings++
    return TAKEN
  }

  registerAt(
    bytes: Uint8Array,
    from: number,
    to: number,
    at: number,
    registerWh: number,
    reactiveRegisterVarh: number,
    quality: number,
  ): number {
    const row = this.#ledger.rowOfMeterBytes(bytes, from, to)
    if (row < 0) return refuse(this.unknown, asciiText(bytes, from, to), at, UNKNOWN_METER)
    if (at > this.#latest) return refuse(this.tooNew, asciiText(bytes, from, to), at, TOO_NEW)
    if (at < this.#earliest) return refuse(this.tooOld, asciiText(bytes, from, to), at, TOO_OLD)
    this.#heldRegisters.push([row, deviceOf(bytes, from, to), at, registerWh, reactiveRegisterVarh, quality])
    return TAKEN
  }

  reading(meter: string, start: number, seconds: number, energyWh: number, reactiveVarh: number, quality: number): void {
    const bytes = encoder.encode(meter)
    this.readingAt(bytes, 0, bytes.length, start, seconds, energyWh, reactiveVarh, quality)
  }

  register(meter: string, at: number, registerWh: number, reactiveRegisterVarh: number, quality: number): void {
    const bytes = encoder.encode(meter)
    this.registerAt(bytes, 0, bytes.length, at, registerWh, reactiveRegisterVarh, quality)
  }

  event(meter: string, at: number, raw: string, detail: string): void {
    const usagePoint = this.#ledger.rowOfMeter(meter)
    if (usagePoint < 0) refuse(this.unknown, meter, at, UNKNOWN_METER)
    else if (at > this.#latest) refuse(this.tooNew, meter, at, TOO_NEW)
    else if (at < this.#earliest) refuse(this.tooOld, meter, at, TOO_OLD)
    else this.#heldEvents.push({ usagePoint, at, code: eventCodeOf(raw), raw, detail, position: this.#position })
  }

  /** The payload is good: its registers become rows, its events are given on. */
  commit(): void {
    for (const event of this.#heldEvents) {
      this.#events.push(event)
      if (breaksRegisters(event.code)) this.#registers.breakAt(event.usagePoint, event.at)
    }
    this.takenEvents = this.#heldEvents.length
    for (const [row, meter, at, wh, varh, quality] of this.#heldRegisters) {
      const outcome = this.#registers.take(row, meter, at, wh, varh, quality, this.#ratio[row], this.#position, this.#batch)
      if (outcome === TAKEN) this.takenRegisters++
      else if (outcome === REPEATED) this.repeatedRegisters++
      else refuse(this.tooOld, this.#ledger.usagePoints.id[row] ?? '', at, TOO_OLD)
    }
  }

  #forget(): void {
    this.#heldRegisters.length = 0
    this.#heldEvents.length = 0
    this.readings = 0
    this.repeatedRegisters = 0
    this.takenRegisters = 0
    this.takenEvents = 0
    for (const refused of [this.unknown, this.tooNew, this.tooOld]) {
      refused.count = 0
      refused.meters.length = 0
    }
  }
}

function nobody(): Refused {
  return { count: 0, meters: [], firstTime: 0 }
}

function refuse(refused: Refused, meter: string, time: number, outcome: number): number {
  if (refused.count++ === 0) refused.firstTime = time
  if (refused.meters.length < NAMED_METERS) refused.meters.push(meter)
  return outcome
}
