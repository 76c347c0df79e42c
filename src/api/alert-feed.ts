/**
 * The live feed. Each client has a position in the event log and is written to from the log, never from a buffer of its
 * own, so that a client which reads slowly costs one page of memory, and one which stops reading is dropped.
 */
import type { ServerResponse } from 'node:http'
import { setImmediate as breathe } from 'node:timers/promises'
import type { AlertEvent } from '../../model/alert-event.ts'
import { type EventIds, PLAIN_IDS } from './event-ids.ts'
import type { AlertReader } from './service-parts.ts'

const PAGE = 100
const HEARTBEAT_MS = 15_000
/** A client that takes nothing for this long is dropped; it comes back with Last-Event-ID. */
const STALL_MS = 30_000

/** What one client may see of the log. */
export interface Follower {
  readonly ids: EventIds
  /** The events that are shown to the client, as they are shown, in their order. */
  readonly show: (events: readonly AlertEvent[]) => Promise<readonly AlertEvent[]>
  /** False ends the feed: a session is over, a token gone. */
  readonly mayStill: () => Promise<boolean>
}

export class AlertFeed {
  readonly #alerts: AlertReader
  readonly #clients = new Set<FeedClient>()
  readonly #stop: () => void
  readonly #heartbeat: NodeJS.Timeout

  constructor(alerts: AlertReader, heartbeatMs = HEARTBEAT_MS) {
    this.#alerts = alerts
    this.#stop = alerts.onEvents((events) => this.#tell(events))
    this.#heartbeat = setInterval(() => {
      for (const client of this.#clients) void client.beat()
    }, heartbeatMs)
    this.#heartbeat.unref()
  }

  get clients(): number {
    return this.#clients.size
  }

  /** Writes events after the one named `id` to `response` until either side ends; an id we never gave starts at the end. */
  add(response: ServerResponse, id: string | undefined, follower: Follower): void {
    const last = this.#alerts.lastSequence()
    const sequence = id === undefined ? last : follower.ids.open(id)
    const unknown = sequence > last
    const client = new FeedClient(response, this.#alerts, unknown ? last : sequence, follower)
    this.#clients.add(client)
    response.once('close', () => this.#clients.delete(client))
    client.open(unknown)
  }

  close(): void {
    this.#stop()
    clearInterval(this.#heartbeat)
    for (const client of this.#clients) client.end()
    this.#clients.clear()
  }

  #tell(events: readonly AlertEvent[]): void {
    if (this.#clients.size === 0) return
    const text = events.length <= PAGE ? events.map((event) => frameOf(event, PLAIN_IDS)).join('') : undefined
    for (const client of this.#clients) client.tell(events, text)
  }
}

class FeedClient {
  readonly #response: ServerResponse
  readonly #alerts: AlertReader
  readonly #follower: Follower
  #sequence: number
  #busy = false
  /** Events came while it was busy. */
  #missed = false

  constructor(response: ServerResponse, alerts: AlertReader, sequence: number, follower: Follower) {
    this.#response = response
    this.#alerts = alerts
    this.#sequence = sequence
    this.#follower = follower
  }

  /** The first frame sets the client's last event id even when nothing ever happens. */
  open(unknown: boolean): void {
    this.#response.write(`retry: 2000\nid: ${this.#follower.ids.seal(this.#sequence)}\n\n`)
    if (unknown)
      this.#response.write('event: feed.reset\ndata: {"reason":"Last-Event-ID is not of this log; read the list again"}\n\n')
    void this.#catchUp()
  }

  /** `text` is the events as frames for who sees all, when they are few enough to be sent as they are. */
  tell(events: readonly AlertEvent[], text: string | undefined): void {
    if (this.#busy) {
      this.#missed = true
    } else if (text === undefined || events[0].sequence !== this.#sequence + 1 || this.#follower.ids !== PLAIN_IDS) {
      void this.#catchUp()
    } else {
      this.#sequence = events[events.length - 1].sequence
      this.#write(text)
    }
  }

  async beat(): Promise<void> {
    // a client of whom it cannot be told comes back and is asked again
    if (!(await this.#follower.mayStill().catch(() => false))) this.end()
    else if (!this.#busy && !this.#response.writableEnded) this.#response.write(': heartbeat\n\n')
  }

  end(): void {
    this.#response.end()
    this.#response.socket?.destroySoon()
  }

  /** Reads on in the log until its end. A log that cannot be read ends the connection: the client comes back. */
  async #catchUp(): Promise<void> {
    const { ids, show } = this.#follower
    this.#busy = true
    let events: readonly AlertEvent[]
    do {
      this.#missed = false
      let shown: readonly AlertEvent[]
      try {
        events = await this.#alerts.eventsAfter(this.#sequence, PAGE)
        shown = await show(events)
      } catch {
        this.#response.destroy()
        return
      }
      if (this.#isOver()) return
      if (events.length > 0) this.#sequence = events[events.length - 1].sequence
      if (shown.length > 0) {
        this.#write(shown.map((event) => frameOf(event, ids)).join(''))
        return
      }
      // a log in a file is read without a wait in between, and there may be much of it that is not this client's
      await breathe()
    } while (events.length > 0 || this.#missed)
    this.#busy = false
  }

  /** One write at a time; the next page only when this one has left. */
  #write(text: string): void {
    this.#busy = true
    const stalled = setTimeout(() => this.#response.destroy(), STALL_MS)
    stalled.unref()
    this.#response.write(text, () => {
      clearTimeout(stalled)
      this.#busy = false
      if (!this.#isOver()) void this.#catchUp()
    })
  }

  #isOver(): boolean {
    return this.#response.writableEnded || this.#response.destroyed
  }
}

function frameOf({ sequence, kind, alert }: AlertEvent, ids: EventIds): string {
  return `id: ${ids.seal(sequence)}\nevent: ${kind}\ndata: ${JSON.stringify(alert)}\n\n`
}
