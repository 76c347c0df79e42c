/** The judging half without its journal, for runs that need it a thousand times: packets in, what is known out; a store in memory. */
import { createHash } from 'node:crypto'
import { judgeAgain } from '../../detectors/judge-again.ts'
import { canonicalDecoders } from '../../ingest/decode-canonical.ts'
import { decodeSlice } from '../../ingest/decode-slice.ts'
import { TimeZone } from '../../ingest/time-zone.ts'
import { TopicRoutes } from '../../ingest/topic-routes.ts'
import type { Alert } from '../../model/alert.ts'
import type { Packet } from '../../model/packet.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { type Config, clockOf } from '../../src/config.ts'
import { Judgement, type JudgementOptions } from '../../src/judgement.ts'
import type { OneDay, SentOnTime } from './one-day.ts'
import { RememberedReadings } from './remembered-readings.ts'

/** What is known at the end, as text to compare. */
export interface Told {
  readonly alerts: string
  readonly state: string
  readonly readings: string
  readonly books: string
  /** Areas whose days were settled before all came. */
  readonly judgedAgain: number
}

export class JudgedLine {
  readonly #material: OneDay
  readonly #options: JudgementOptions
  readonly #routes: TopicRoutes
  readonly #window: { readonly futureSeconds: number; readonly pastSeconds: number }
  readonly #stored = new RememberedReadings()
  #judgement: Judgement
  #position = 0
  #saved = 0

  constructor(config: Config, material: OneDay, checkpointPath: string) {
    this.#material = material
    this.#options = { config: config.detectors, clock: clockOf(config), checkpointPath }
    this.#routes = new TopicRoutes([], canonicalDecoders(new TimeZone(config.timeZone)))
    this.#window = { futureSeconds: config.window.futureSeconds, pastSeconds: config.window.pastDays * 86_400 }
    this.#judgement = Judgement.open(this.#options, material.ledger)
  }

  take(packets: readonly Packet[]): void {
    const judgement = this.#judgement
    const journalled = packets.map((packet) => ({ ...packet, position: ++this.#position }))
    const { registers, owners } = judgement
    const context = {
      ledger: this.#material.ledger,
      routes: this.#routes,
      window: this.#window,
      registers,
      owners,
      importsDirectory: '',
    }
    for (const decoded of decodeSlice(journalled, context)) {
      judgement.take(journalled, decoded)
      this.#stored.append(decoded.batch)
      judgement.judge()
    }
    judgement.position = this.#position
  }

  save(): void {
    this.#judgement.save()
    this.#saved = this.#stored.length
  }

  /** To what was saved. */
  goBack(): void {
    this.#judgement = Judgement.open(this.#options, this.#material.ledger)
    this.#position = this.#judgement.position
    this.#stored.forgetAfter(this.#saved)
  }

  /** Judges again what came late, then goes on in order. */
  async end(after: readonly SentOnTime[]): Promise<Told> {
    const { bank } = this.#judgement
    const keys = [...bank.late.keys]
    for (const key of keys) await judgeAgain(bank, key, (rows, from, to) => this.#stored.scan(rows, from, to))
    for (const packets of byTime(after)) this.take(packets)
    const { received, stored, duplicate, superseded, quarantined } = this.#judgement.books.total()
    return {
      alerts: JSON.stringify(this.alerts()),
      state: stateOf(this.#judgement),
      readings: hashOf(...this.#profiles()),
      books: JSON.stringify({ quarantined, open: received - stored - duplicate - superseded - quarantined }),
      judgedAgain: keys.length,
    }
  }

  #profiles(): ArrayBufferView[] {
    const { ledger, touched } = this.#material
    const profiles = this.#stored.profiles(ledger.usagePoints.length, touched)
    return profiles.flatMap(({ start, energyWh, quality, revisions }) => [start, energyWh, quality, revisions])
  }

  alerts(): Alert[] {
    return this.#judgement.bank.alerts().sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}

function stateOf({ bank }: Judgement): string {
  const { slots, marks } = bank.window.state
  // the mark of a slot that is empty is of a day that has left, and nobody reads it
  const meant = new Map([...bank.snapshot(), ['window.marks', marks.map((mark, at) => (slots[at] === 0 ? 0 : mark))]])
  return [...meant].map(([name, part]) => `${name} ${hashOf(typeof part === 'string' ? inOrder(part) : part)}`).join('\n')
}

/** Lists of the state are by row, in the order in which the rows came up. */
function inOrder(json: string): string {
  if (!json.startsWith('[')) return json
  const entries: unknown[] = JSON.parse(json)
  return entries
    .map((entry) => JSON.stringify(entry))
    .sort()
    .join('\n')
}

function hashOf(...parts: (ArrayBufferView | string)[]): string {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(bytesOf(part))
  return hash.digest('hex')
}

/** A slice for each time. */
export function* byTime(packets: readonly SentOnTime[]): Iterable<SentOnTime[]> {
  for (let from = 0; from < packets.length; ) {
    let to = from + 1
    while (to < packets.length && packets[to].at === packets[from].at) to++
    yield packets.slice(from, to)
    from = to
  }
}
