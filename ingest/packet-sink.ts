import type { EndDeviceEvent } from '../model/end-device-event.ts'
import type { Ledger } from '../model/ledger.ts'
import type { JournalledPacket } from '../model/packet.ts'
import type { ReadingBatchBuilder } from '../model/reading-batch.ts'
import { FOREIGN_METER, type PayloadSink, REPEATED, TAKEN, TOO_NEW, TOO_OLD, UNKNOWN_METER } from './byte-sink.ts'
import { asciiText } from './decimal.ts'
import { deviceOf } from './device.ts'
import { breaksRegisters, eventCodeOf } from './event-codes.ts'
import { type MeterOwners, NO_OWNER } from './meter-owners.ts'
import type { Registers } from './registers.ts'
import { IMPORT_GATEWAY } from './topic-routes.ts'

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

export interface PacketSinkParts {
  readonly ledger: Ledger
  readonly registers: Registers
  readonly owners: MeterOwners
  readonly window: TimeWindow
  readonly batch: ReadingBatchBuilder
  readonly events: EndDeviceEvent[]
}

const NAMED_METERS = 5
const encoder = new TextEncoder()

/**
 * Takes one payload at a time: resolves meters, applies CT/PT, checks times and whose the meter is. Readings go into the batch at once and are
 * taken back by `restart`; register values and events are held until `commit`, since registers cannot be taken back.
 */
export class PacketSink implements PayloadSink {
  readonly #ledger: Ledger
  readonly #registers: Registers
  readonly #batch: ReadingBatchBuilder
  readonly #events: EndDeviceEvent[]
  readonly #window: TimeWindow
  readonly #ratio: Float32Array
  readonly #owners: MeterOwners
  readonly #owner: Uint32Array
  /** Whether the packet's gateway may speak for its own meters only. */
  #bound = true
  #gateway = ''
  #self = 0
  #firstOwner = 0
  /** Rows that nobody owned and the gateway reports in this payload. */
  readonly #found: number[] = []
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
  readonly foreign = nobody()
  readonly tooNew = nobody()
  readonly tooOld = nobody()

  constructor({ ledger, registers, owners, window, batch, events }: PacketSinkParts) {
    this.#ledger = ledger
    this.#registers = registers
    this.#owners = owners
    this.#window = window
    this.#batch = batch
    this.#events = events
    this.#ratio = ledger.usagePoints.ratio
    owners.reserve(ledger.usagePoints.length)
    this.#owner = owners.owner
  }

  /** The gateway to which the first refused foreign meter belongs, '' when it belongs to none. */
  get foreignOwner(): string {
    return this.#owners.nameOf(this.#firstOwner)
  }

  begin(packet: JournalledPacket): void {
    const receivedAt = Math.floor(packet.receivedAt / 1000)
    this.#position = packet.position
    this.#earliest = receivedAt - this.#window.pastSeconds
    this.#latest = receivedAt + this.#window.futureSeconds
    this.#rowsBefore = this.#batch.length
    this.#gateway = packet.gateway
    this.#bound = this.#owners.policy !== 'any' && packet.gateway !== IMPORT_GATEWAY
    this.#self = this.#owners.numberOf(packet.gateway)
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
    const owner = this.#owner[row]
    if (owner !== this.#self && this.#isForeign(owner))
      return refuse(this.foreign, asciiText(bytes, from, to), start, FOREIGN_METER)
    if (start > this.#latest) return refuse(this.tooNew, asciiText(bytes, from, to), start, TOO_NEW)
    if (start < this.#earliest) return refuse(this.tooOld, asciiText(bytes, from, to), start, TOO_OLD)
    if (owner === NO_OWNER) this.#found.push(row)
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
    const owner = this.#owner[row]
    if (owner !== this.#self && this.#isForeign(owner)) return refuse(this.foreign, asciiText(bytes, from, to), at, FOREIGN_METER)
    if (at > this.#latest) return refuse(this.tooNew, asciiText(bytes, from, to), at, TOO_NEW)
    if (at < this.#earliest) return refuse(this.tooOld, asciiText(bytes, from, to), at, TOO_OLD)
    if (owner === NO_OWNER) this.#found.push(row)
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
    else if (this.#isForeign(this.#owner[usagePoint])) refuse(this.foreign, meter, at, FOREIGN_METER)
    else if (at > this.#latest) refuse(this.tooNew, meter, at, TOO_NEW)
    else if (at < this.#earliest) refuse(this.tooOld, meter, at, TOO_OLD)
    else {
      if (this.#owner[usagePoint] === NO_OWNER) this.#found.push(usagePoint)
      this.#heldEvents.push({ usagePoint, at, code: eventCodeOf(raw), raw, detail, position: this.#position })
    }
  }

  /** The payload is good: its registers become rows, its events are given on, meters that nobody owned are the gateway's. */
  commit(): void {
    if (this.#bound) this.#owners.give(this.#gateway, this.#found)
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

  #isForeign(owner: number): boolean {
    if (!this.#bound || owner === this.#self || (owner === NO_OWNER && this.#owners.policy === 'learnt')) return false
    if (this.foreign.count === 0) this.#firstOwner = owner
    return true
  }

  #forget(): void {
    this.#found.length = 0
    this.#heldRegisters.length = 0
    this.#heldEvents.length = 0
    this.readings = 0
    this.repeatedRegisters = 0
    this.takenRegisters = 0
    this.takenEvents = 0
    for (const refused of [this.unknown, this.foreign, this.tooNew, this.tooOld]) {
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
