import type { AuditRecord } from '../../model/audit-record.ts'
import { hashOf, NO_HASH } from './audit-chain.ts'

/** Where the chain stood: after `size` records, the last of which has this hash. */
export interface ChainEnd {
  readonly size: number
  readonly hash: string
}

/** The first record that does not hold, and why. */
export interface Break {
  readonly sequence: number
  readonly reason: string
}

/** Takes the records in the order of their sequence, and says of the first that does not hold what is wrong with it. */
export class ChainCheck {
  readonly #ends: readonly ChainEnd[]
  #size = 0
  #hash = NO_HASH

  /** `ends` are known from elsewhere: each must be found in the chain. */
  constructor(ends: readonly ChainEnd[]) {
    this.#ends = ends
  }

  get end(): ChainEnd {
    return { size: this.#size, hash: this.#hash }
  }

  take(record: AuditRecord): Break | null {
    const expected = this.#size + 1
    const { sequence, previousHash, hash } = record
    if (sequence < expected) return { sequence, reason: 'a record was put in here' }
    if (sequence > expected) return { sequence: expected, reason: `it is missing: after it comes ${sequence}` }
    if (hashOf(record) !== hash) return { sequence, reason: 'it was changed: its hash does not fit what it holds' }
    if (previousHash !== this.#hash) {
      return { sequence, reason: 'it does not continue the record before: records were put in, taken out or changed places' }
    }
    const end = this.#ends.find(({ size }) => size === sequence)
    if (end !== undefined && end.hash !== hash)
      return { sequence, reason: 'it is not the record that was noted outside: all up to here was written anew' }
    this.#size = sequence
    this.#hash = hash
    return null
  }

  /** After the last record. */
  finish(): Break | null {
    const missing = this.#ends.find(({ size }) => size > this.#size)
    if (missing === undefined) return null
    return { sequence: this.#size + 1, reason: `the end was cut off: the log had ${missing.size} records` }
  }
}
