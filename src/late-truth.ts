/**
 * Late truth: areas for which readings came that their days were settled without are judged again from the store, one at
 * a time, after a checkpoint's flush. What is still to be done lies in the checkpoint with the rest of the state.
 */
import type { Logger } from 'pino'
import { judgeAgain } from '../detectors/judge-again.ts'
import type { Alert } from '../model/alert.ts'
import type { Amendment } from './alerts/told-history.ts'
import type { Judgement } from './judgement.ts'
import type { ReadingHistory } from './stores/reading-store.ts'
import { StoreUnavailable } from './stores/store-unavailable.ts'

export interface LateTruthParts {
  readonly judgement: Judgement
  readonly alerts: { amend(alerts: readonly Alert[], position: number, amendment: Amendment): void }
  /** What the store holds, for reading it again. */
  readonly openHistory: () => Promise<ReadingHistory>
  readonly log: Logger
  /** As in Line. */
  readonly insist: (work: () => void | Promise<void>, signal: AbortSignal) => Promise<void>
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
}

/** The line waits meanwhile, so no area is begun after this. */
const TURN_MS = 5_000
/** An area for which more comes is put off so many times: a gateway sends its days in pieces. */
const MOST_PUT_OFF = 15

export class LateTruth {
  readonly #parts: LateTruthParts
  readonly #putOff = new Map<number, number>()
  /** Milliseconds spent so far. */
  spent = 0

  constructor(parts: LateTruthParts) {
    this.#parts = parts
  }

  /** One turn, once all that was taken is flushed; `position` as in AlertStore.raise. Never rejects for a store that is away. */
  async judge(position: number, signal: AbortSignal): Promise<void> {
    const { judgement, openHistory, log, now } = this.#parts
    const keys = this.#ready()
    if (keys.length === 0 || signal.aborted) return
    const began = now()
    try {
      const history = await openHistory()
      try {
        for (const key of keys) {
          if (signal.aborted || now() - began > TURN_MS) break
          await this.#judgeOne(key, history, position, signal)
        }
      } finally {
        await history.close()
      }
    } catch (error) {
      if (error === signal.reason) return
      if (!(error instanceof StoreUnavailable)) throw error
      log.warn({ err: error, areas: judgement.bank.late.keys.size }, 'late readings wait: the store cannot be read')
    } finally {
      this.spent += now() - began
    }
  }

  /** Rejects when the signal aborts meanwhile: nothing is changed then, and the area waits for the next start. */
  async #judgeOne(key: number, history: ReadingHistory, position: number, signal: AbortSignal): Promise<void> {
    const { judgement, alerts, log, insist } = this.#parts
    const { bank } = judgement
    const again = await judgeAgain(bank, key, async function* (rows, from, to) {
      for await (const batch of history.scan(from, to, rows)) {
        signal.throwIfAborted()
        yield batch
      }
    })
    this.#putOff.delete(key)
    const { ledger } = bank.known
    const subject = key < 0 ? { area: ledger.areas.id[-1 - key] } : { usagePoint: ledger.usagePoints.id[key] }
    if (again === null) log.warn(subject, 'not judged again after late readings: the store does not hold all that was judged')
    else {
      await insist(() => alerts.amend(again.alerts, position, again), signal)
      log.info({ ...subject, alerts: again.alerts.length, cause: again.cause.en }, 'judged again')
    }
  }

  /** Those that came to rest, and those that were put off long enough. */
  #ready(): number[] {
    const { late } = this.#parts.judgement.bank
    const restless = late.takeRestless()
    return [...late.keys].filter((key) => {
      const times = this.#putOff.get(key) ?? 0
      if (!restless.has(key) || times >= MOST_PUT_OFF) return true
      this.#putOff.set(key, times + 1)
      return false
    })
  }
}
