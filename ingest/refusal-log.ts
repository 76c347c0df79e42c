/** Why a reading did not arrive, for the integrator who waits for it. */
export interface IngestRefusal {
  /** Epoch milliseconds. */
  readonly at: number
  /** As far as known: who was logged in, or the user name that was tried. */
  readonly gateway: string
  readonly remote: string
  readonly topic: string
  readonly code: RefusalCode
  readonly reason: string
}

export const REFUSAL_CODES = [
  'unknown-gateway',
  'wrong-password',
  'wrong-certificate',
  'wrong-topic',
  'wrong-will',
  'subscribe',
  'too-large',
  'too-many-connections',
  'tls',
  'protocol',
] as const
export type RefusalCode = (typeof REFUSAL_CODES)[number]

const KEPT = 200

/** The latest refusals, bounded, and how many there were of each kind. */
export class RefusalLog {
  readonly #notify: (refusal: IngestRefusal) => void
  readonly #recent: IngestRefusal[] = []
  readonly #counts = new Map<RefusalCode, number>()

  constructor(notify: (refusal: IngestRefusal) => void = () => {}) {
    this.#notify = notify
  }

  add(refusal: IngestRefusal): void {
    const short = { ...refusal, gateway: refusal.gateway.slice(0, 64), topic: refusal.topic.slice(0, 200) }
    this.#recent.push(short)
    if (this.#recent.length > KEPT) this.#recent.shift()
    this.#counts.set(short.code, (this.#counts.get(short.code) ?? 0) + 1)
    this.#notify(short)
  }

  /** Latest first. */
  recent(): readonly IngestRefusal[] {
    return this.#recent.toReversed()
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
