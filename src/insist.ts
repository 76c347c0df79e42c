/** Stores and database servers come and go, disks get full and are cleared; readings wait. */
import { DatabaseUnavailable } from './database/database-unavailable.ts'
import { isDiskTrouble } from './disk-trouble.ts'
import { StoreUnavailable } from './stores/store-unavailable.ts'

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 15_000
/** A look at one's own disk costs nothing. */
const DISK_PAUSE_MS = 2_000

/**
 * Does it again until it is done, with growing pauses, as long as the store or server is only unavailable or the disk in trouble;
 * anything else rises at once. Rejects with the last trouble when the signal aborts in between: what it was to do is then not done.
 */
export async function insist(
  attempt: () => void | Promise<void>,
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
      const trouble = passingTrouble(error)
      if (trouble === undefined || signal.aborted) throw error
      failed = true
      onTrouble(trouble)
      await quiet(Math.max(pause, trouble instanceof StoreUnavailable ? trouble.retryAfterMs : 0), signal)
      pause = Math.min(2 * pause, isDiskTrouble(trouble) ? DISK_PAUSE_MS : LONGEST_PAUSE_MS)
    }
  }
}

function passingTrouble(error: unknown): Error | undefined {
  if (error instanceof StoreUnavailable || error instanceof DatabaseUnavailable) return error
  return error instanceof Error && isDiskTrouble(error) ? error : undefined
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
