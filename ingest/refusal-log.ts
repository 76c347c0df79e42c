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

/** Attempts of one gateway, logged in, to speak for another. */
export interface SpoofTally {
  readonly gateway: string
  readonly attempts: number
  /** Of the last one. */
  readonly topic: string
  readonly remote: string
}

const SPOOFS: ReadonlySet<RefusalCode> = new Set(['wrong-topic', 'wrong-will'])
const KEPT = 200

/** The latest refusals, bounded, and how many there were of each kind. */
export class RefusalLog {
  readonly #notify: (refusal: IngestRefusal) => void
  readonly #recent: IngestRefusal[] = []
  readonly #counts = new Map<RefusalCode, number>()
  #spoofs = new Map<string, SpoofTally>()

  constructor(notify: (refusal: IngestRefusal) => void = () => {}) {
    this.#notify = notify
  }

  add(refusal: IngestRefusal): void {
    const short = { ...refusal, gateway: refusal.gateway.slice(0, 64), topic: refusal.topic.slice(0, 200) }
    this.#recent.push(short)
    if (this.#recent.length > KEPT) this.#recent.shift()
    this.#counts.set(short.code, (this.#counts.get(short.code) ?? 0) + 1)
    if (SPOOFS.has(short.code)) {
      const { gateway, topic, remote } = short
      this.#spoofs.set(gateway, { gateway, topic, remote, attempts: (this.#spoofs.get(gateway)?.attempts ?? 0) + 1 })
    }
    this.#notify(short)
  }

  /** Since the last call, a line for each gateway. */
  takeSpoofs(): readonly SpoofTally[] {
    const spoofs = [...this.#spoofs.values()]
    this.#spoofs = new Map()
    return spoofs
  }

  /** Latest first. */
  recent(): readonly IngestRefusal[] {
    return this.#recent.toReversed()
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
