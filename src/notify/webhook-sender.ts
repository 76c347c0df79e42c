/**
 * Tells one receiver of the alert event log: in its order, each event until it is taken, from a place that is kept on disk. A
 * kill between an event that was taken and its place leads to the same event with the same id again, never to one less.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { AlertEvent } from '../../model/alert-event.ts'
import type { Delivery, Message } from './post-webhook.ts'
import { type WebhookConfig, wants } from './webhook-config.ts'
import type { Cursor, WebhookCursors } from './webhook-cursors.ts'

/** The log as a receiver may see it. */
export interface EventSource {
  eventsAfter(sequence: number, limit: number): Promise<readonly AlertEvent[]>
  lastSequence(): number
  /** The events that lie in the receiver's counties, as they are shown, in their order. */
  show(events: readonly AlertEvent[]): Promise<readonly AlertEvent[]>
  /** Names an event for good: it tells nothing of the log to who must not count it. */
  idOf(event: AlertEvent): string
}

export interface Pauses {
  readonly firstMs: number
  readonly longestMs: number
  /** In [0, 1). */
  readonly random: () => number
}

export interface SenderParts {
  readonly source: EventSource
  readonly cursors: WebhookCursors
  readonly post: (message: Message, signal: AbortSignal) => Promise<Delivery>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly pauses: Pauses
  /** Told when delivering begins to fail, with why, and when it is well again, with null. */
  readonly onTrouble: (trouble: string | null) => void
}

export interface SenderState {
  readonly name: string
  /** Events of the log that it was not told of and that were not passed over yet. */
  readonly pending: number
  readonly delivered: number
  readonly failed: number
  /** Why the next event is not delivered, undefined while all is well. */
  readonly trouble: string | undefined
  /** Since when the receiver wants no more (410), null while it does. Epoch milliseconds. */
  readonly offSince: number | null
}

const PAGE = 100
/** Should it ever miss that something happened. */
const LOOK_MS = 15_000

export class WebhookSender {
  readonly #config: WebhookConfig
  readonly #parts: SenderParts
  readonly #ended: Promise<void>
  readonly #stop = new AbortController()
  #cursor: Cursor
  #offSince: number | null
  #delivered = 0
  #failed = 0
  #trouble: string | undefined
  #news = false
  #idle = false
  #goOn = () => {}

  constructor(config: WebhookConfig, parts: SenderParts) {
    this.#config = config
    this.#parts = parts
    const { cursors, source } = parts
    const known = cursors.cursorOf(config.name)
    this.#cursor = known ?? { sequence: source.lastSequence(), event: '' }
    this.#offSince = cursors.offSince(config.name, config.url)
    this.#ended = this.#run(known === undefined)
  }

  get state(): SenderState {
    const pending = Math.max(0, this.#parts.source.lastSequence() - this.#cursor.sequence)
    const [name, trouble, offSince] = [this.#config.name, this.#trouble, this.#offSince]
    return { name, pending, delivered: this.#delivered, failed: this.#failed, trouble, offSince }
  }

  /** Something happened. */
  wake(): void {
    this.#news = true
    if (this.#idle) this.#goOn()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#goOn()
    await this.#ended
  }

  async #run(isNew: boolean): Promise<void> {
    await this.#insist(() => (isNew ? this.#begin() : this.#checkCursor()))
    while (this.#isOn()) {
      this.#news = false
      let passed = 0
      await this.#insist(async () => {
        passed = await this.#tellPage()
      })
      if (passed > 0 || this.#news) {
        await breathe()
        continue
      }
      this.#idle = true
      await this.#quiet(LOOK_MS)
      this.#idle = false
    }
  }

  /** A name that is new is told of what happens from now on. */
  async #begin(): Promise<void> {
    const { sequence } = this.#cursor
    const there = await this.#eventAt(sequence)
    this.#moveTo({ sequence, event: there === undefined ? '' : this.#parts.source.idOf(there) })
  }

  /** Alerts that were lost and judged again, or restored from a backup, have a log of their own: all of it is told. */
  async #checkCursor(): Promise<void> {
    const { sequence, event } = this.#cursor
    const there = await this.#eventAt(sequence)
    if (sequence > 0 && (there === undefined || this.#parts.source.idOf(there) !== event))
      this.#moveTo({ sequence: 0, event: '' })
  }

  async #eventAt(sequence: number): Promise<AlertEvent | undefined> {
    if (sequence === 0) return undefined
    const [there] = await this.#parts.source.eventsAfter(sequence - 1, 1)
    return there?.sequence === sequence ? there : undefined
  }

  /** How many events of the log it went past. */
  async #tellPage(): Promise<number> {
    const { source } = this.#parts
    const events = await source.eventsAfter(this.#cursor.sequence, PAGE)
    const shown = new Map((await source.show(events)).map((event) => [event.sequence, event]))
    const last = events.at(-1)
    for (const event of events) {
      const told = shown.get(event.sequence)
      if (told !== undefined && wants(this.#config, event.kind)) await this.#tell(told)
      if (!this.#isOn()) return 0
    }
    if (last !== undefined && last.sequence > this.#cursor.sequence)
      this.#moveTo({ sequence: last.sequence, event: source.idOf(last) })
    return events.length
  }

  async #tell(event: AlertEvent): Promise<void> {
    const id = this.#parts.source.idOf(event)
    const message = { id, body: bodyOf(id, event) }
    for (let failures = 0; this.#isOn(); failures++) {
      const delivery = await this.#parts.post(message, this.#stop.signal)
      if (delivery.outcome === 'failed') {
        // what a stop broke off is no failure
        if (this.#stop.signal.aborted) return
        this.#failed++
        this.#setTrouble(delivery.reason)
        await this.#quiet(Math.max(this.#pauseAfter(failures), delivery.retryAfterMs))
        continue
      }
      if (delivery.outcome === 'gone') {
        this.#switchOff()
        return
      }
      this.#delivered++
      this.#setTrouble(undefined)
      await this.#insist(async () => this.#moveTo({ sequence: event.sequence, event: id }))
      return
    }
  }

  #moveTo(cursor: Cursor): void {
    this.#parts.cursors.put(this.#config.name, cursor)
    this.#cursor = cursor
  }

  #switchOff(): void {
    const { cursors, now, onTrouble } = this.#parts
    const at = now()
    cursors.switchOff(this.#config.name, this.#config.url, at)
    this.#offSince = at
    onTrouble('its receiver answered 410 and wants no more: it is switched off')
  }

  /** The log may be away, the disk full: it is tried again until it is not. */
  async #insist(work: () => Promise<void>): Promise<void> {
    for (let failures = 0; this.#isOn(); failures++) {
      try {
        await work()
        if (failures > 0) this.#setTrouble(undefined)
        return
      } catch (error) {
        this.#setTrouble(error instanceof Error ? error.message : String(error))
        await this.#quiet(Math.min(LOOK_MS, this.#pauseAfter(failures)))
      }
    }
  }

  /** Twice as long each time, and never two receivers in step: half of it is drawn by lot. */
  #pauseAfter(failures: number): number {
    const { firstMs, longestMs, random } = this.#parts.pauses
    return Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30)) * (0.5 + random() / 2)
  }

  #setTrouble(trouble: string | undefined): void {
    if ((trouble === undefined) !== (this.#trouble === undefined)) this.#parts.onTrouble(trouble ?? null)
    this.#trouble = trouble
  }

  #isOn(): boolean {
    return !this.#stop.signal.aborted && this.#offSince === null
  }

  async #quiet(ms: number): Promise<void> {
    if (!this.#isOn()) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#goOn = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** The alert as `GET /api/v1/alerts/{id}` gives it, in the envelope that Standard Webhooks recommends. */
function bodyOf(id: string, { kind, alert }: AlertEvent): string {
  const timestamp = alert.history.at(-1)?.at ?? alert.clearedAt ?? alert.raisedAt
  return JSON.stringify({ id, type: kind, timestamp, data: alert })
}
