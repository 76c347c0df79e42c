import type { RefusedPayload } from '../ingest/decode-packets.ts'
import type { Slice } from '../ingest/journal.ts'
import type { Judgement } from './judgement.ts'

/** A reading that the store does not take as it stands. */
export interface ReadingNotTaken {
  readonly usagePoint: string
  readonly start: number
  readonly energyWh: number
  readonly position: number
}

/** Brings readings that the store refuses back to their packets, into quarantine and into the books. */
export class StoreRefusals {
  readonly #quarantine: { keep(refused: readonly RefusedPayload[]): void }
  readonly #seen = new Set<string>()
  #slice: Slice | undefined
  #judgement: Judgement | undefined

  constructor(quarantine: { keep(refused: readonly RefusedPayload[]): void }) {
    this.#quarantine = quarantine
  }

  /** What is being stored from now on. */
  storing(slice: Slice, judgement: Judgement): void {
    this.#slice = slice
    this.#judgement = judgement
    this.#seen.clear()
  }

  /** The same reading again (its batch was sent again) changes nothing. */
  add({ usagePoint, start, energyWh, position }: ReadingNotTaken, reason: string): void {
    const packet = this.#slice?.packets.find((candidate) => candidate.position === position)
    const field = `${usagePoint} ${new Date(start * 1000).toISOString()}`
    const key = `${position} ${field}`
    if (!packet || this.#seen.has(key)) return
    const remedy = 'put right what the store complains of, then replay this payload'
    this.#quarantine.keep([{ packet, code: 'store-refused', field, value: String(energyWh), reason, remedy, readings: 1 }])
    this.#seen.add(key)
    this.#judgement?.books.refuse(packet.gateway)
  }
}
