/** The zero-loss books: per gateway, what became of every reading. received = stored + duplicate + superseded + quarantined. */
import { z } from 'zod'
import { Outcome } from '../detectors/outcome.ts'
import type { DecodedPackets } from '../ingest/decode-packets.ts'
import { GatewayBook } from '../model/gateway-book.ts'
import type { JournalledPacket } from '../model/packet.ts'
import { FLAG_REGISTER } from '../model/register-flags.ts'

const Saved = z.array(z.tuple([z.string(), GatewayBook, z.number()]))

interface Page {
  book: GatewayBook
  /** Epoch milliseconds. */
  lastReceivedAt: number
}

export class GatewayBooks {
  readonly #pages = new Map<string, Page>()

  /** `outcomes`: what became of each row of the batch. Rows made from registers are not counted, the registers are. */
  enter(packets: readonly JournalledPacket[], { batch, counts }: DecodedPackets, outcomes: Uint8Array): void {
    for (const [gateway, count] of counts) {
      const page = this.#page(gateway)
      page.book.received += count.received
      page.book.stored += count.registers
      page.book.duplicate += count.repeatedRegisters
      page.book.quarantined += count.quarantined
      page.lastReceivedAt = Math.max(page.lastReceivedAt, count.lastReceivedAt)
    }
    const { position, flags } = batch.columns
    let at = 0
    let book: GatewayBook | undefined
    for (let row = 0; row < batch.length; row++) {
      if (flags[row] & FLAG_REGISTER) continue
      if (book === undefined || packets[at].position !== position[row]) {
        while (packets[at].position !== position[row]) at++
        book = this.#page(packets[at].gateway).book
      }
      const outcome = outcomes[row]
      if (outcome === Outcome.duplicate) book.duplicate++
      else if (outcome === Outcome.superseded) book.superseded++
      else book.stored++
    }
  }

  /** A row that the store would not take although it decoded: it was counted as stored and is in quarantine now. */
  refuse(gateway: string): void {
    const { book } = this.#page(gateway)
    book.stored--
    book.quarantined++
  }

  of(gateway: string): GatewayBook {
    return { ...(this.#pages.get(gateway)?.book ?? EMPTY) }
  }

  gateways(): string[] {
    return [...this.#pages.keys()]
  }

  /** Epoch milliseconds of the gateway's newest packet that was read, 0 when there was none. */
  lastReceivedAt(gateway: string): number {
    return this.#pages.get(gateway)?.lastReceivedAt ?? 0
  }

  total(): GatewayBook {
    const sum = { ...EMPTY }
    for (const { book } of this.#pages.values()) {
      sum.received += book.received
      sum.stored += book.stored
      sum.duplicate += book.duplicate
      sum.superseded += book.superseded
      sum.quarantined += book.quarantined
    }
    return sum
  }

  snapshot(): string {
    return JSON.stringify([...this.#pages].map(([gateway, { book, lastReceivedAt }]) => [gateway, book, lastReceivedAt]))
  }

  restore(json: string): void {
    if (json === '') return
    for (const [gateway, book, lastReceivedAt] of Saved.parse(JSON.parse(json)))
      this.#pages.set(gateway, { book, lastReceivedAt })
  }

  #page(gateway: string): Page {
    let page = this.#pages.get(gateway)
    if (page === undefined) {
      page = { book: { ...EMPTY }, lastReceivedAt: 0 }
      this.#pages.set(gateway, page)
    }
    return page
  }
}

const EMPTY: Readonly<GatewayBook> = { received: 0, stored: 0, duplicate: 0, superseded: 0, quarantined: 0, pending: 0 }
