/**
 * Which gateway speaks for which usage point. The first gateway of which a value is taken owns the usage point until people
 * move it; the orders to move travel through the journal, so that the same journal always gives the same owners.
 */
import { z } from 'zod'
import type { Ledger } from '../model/ledger.ts'
import type { MeterOrder } from './meter-order.ts'

/** `learnt`: the first that reports a meter owns it. `told`: only `adit gateway meters` gives meters. `any`: nobody owns any. */
export const METER_POLICIES = ['learnt', 'told', 'any'] as const
export type MeterPolicy = (typeof METER_POLICIES)[number]

export const NO_OWNER = 0
/** Number of a gateway that owns nothing. */
export const STRANGER = 0xffff_ffff
const MAGIC = 0x4f574e31
const Names = z.array(z.string())

export class MeterOwners {
  readonly policy: MeterPolicy
  /** Number of the owner by row of the usage point. */
  owner = new Uint32Array(0)
  /** By number; 0 is nobody. */
  #names: string[] = ['']
  #meters: number[] = [0]
  readonly #numbers = new Map<string, number>()

  constructor(policy: MeterPolicy = 'learnt') {
    this.policy = policy
  }

  numberOf(gateway: string): number {
    return this.#numbers.get(gateway) ?? STRANGER
  }

  nameOf(number: number): string {
    return this.#names[number] ?? ''
  }

  /** How many usage points the gateway owns. */
  count(gateway: string): number {
    return this.#meters[this.#numbers.get(gateway) ?? 0]
  }

  /** Room for all usage points of the ledger. */
  reserve(usagePoints: number): void {
    if (usagePoints <= this.owner.length) return
    const owner = new Uint32Array(usagePoints)
    owner.set(this.owner)
    this.owner = owner
  }

  give(gateway: string, rows: readonly number[]): void {
    if (rows.length === 0) return
    const number = this.#number(gateway)
    for (const row of rows) this.#set(row, number)
  }

  obey({ from, to, meters }: MeterOrder, ledger: Ledger): void {
    this.reserve(ledger.usagePoints.length)
    const number = to === null ? NO_OWNER : this.#number(to)
    const only = from === null ? undefined : this.numberOf(from)
    const move = (row: number) => {
      if (only === undefined || this.owner[row] === only) this.#set(row, number)
    }
    if (meters === null) {
      for (let row = 0; row < this.owner.length; row++) move(row)
      return
    }
    for (const meter of meters) {
      const row = ledger.rowOfMeter(meter)
      if (row >= 0) move(row)
    }
  }

  /** All of the state, for the checkpoint. */
  snapshot(): Uint8Array {
    const names = Buffer.from(JSON.stringify(this.#names))
    const head = Uint32Array.of(MAGIC, names.length, this.owner.length)
    const owner = new Uint8Array(this.owner.buffer, this.owner.byteOffset, this.owner.byteLength)
    return Buffer.concat([new Uint8Array(head.buffer), owner, names])
  }

  /** Empty bytes are those of a checkpoint from before there were owners. Throws RangeError when the bytes are no snapshot of this kind. */
  restore(snapshot: Uint8Array): void {
    if (snapshot.byteLength === 0) return
    const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength)
    if (snapshot.byteLength < 12 || view.getUint32(0, true) !== MAGIC) throw new RangeError('not a snapshot of meter owners')
    const [names, rows] = [view.getUint32(4, true), view.getUint32(8, true)]
    const columns = 12 + rows * 4
    // a Buffer's slice would be a view of somebody else's memory
    this.owner = new Uint32Array(Uint8Array.from(snapshot.subarray(12, columns)).buffer)
    this.#names = Names.parse(JSON.parse(Buffer.from(snapshot.subarray(columns, columns + names)).toString()))
    this.#meters = this.#names.map(() => 0)
    this.#numbers.clear()
    for (const [number, name] of this.#names.entries()) if (number !== NO_OWNER) this.#numbers.set(name, number)
    for (const number of this.owner) this.#meters[number]++
    this.#meters[NO_OWNER] = 0
  }

  #set(row: number, number: number): void {
    const before = this.owner[row]
    if (before === number) return
    if (before !== NO_OWNER) this.#meters[before]--
    if (number !== NO_OWNER) this.#meters[number]++
    this.owner[row] = number
  }

  #number(gateway: string): number {
    let number = this.#numbers.get(gateway)
    if (number === undefined) {
      number = this.#names.length
      this.#names.push(gateway)
      this.#meters.push(0)
      this.#numbers.set(gateway, number)
    }
    return number
  }
}
