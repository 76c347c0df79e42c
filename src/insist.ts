/** Stores and database servers come and go; readings wait. */
import { DatabaseUnavailable } from './database/database-unavailable.ts'
import { StoreUnavailable } from './stores/store-unavailable.ts'

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 15_000

/**
 * Does it again until it is done, with growing pauses, as long as the store or server is only unavailable; anything else rises at
 * once. Rejects with the last trouble when the signal aborts in between: what it was to do is then not done.
 */
export async function insist(
  attempt: () => Promise<void>,
  signal: AbortSignal,
  onTrouble: (trouble: Error | null) => void,
): Promise<void> {
  let pause = FIRST_PAUSE_MS
  for (let failed = false; ; ) {
    try {
      await attempt()
      if (failed) onTrouble(null)
      return
    } catch (error) {
      if (!isPassing(error) || signal.aborted) throw error
      failed = true
      onTrouble(error)
      await quiet(Math.max(pause, error instanceof StoreUnavailable ? error.retryAfterMs : 0), signal)
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS)
    }
  }
}

function isPassing(error: unknown): error is StoreUnavailable | DatabaseUnavailable {
  return error instanceof StoreUnavailable || error instanceof DatabaseUnavailable
}

function quiet(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
