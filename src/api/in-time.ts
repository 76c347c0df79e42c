import { setImmediate as nextTurn } from 'node:timers/promises'
import { ApiProblem } from './problem.ts'

const PATIENCE_MS = 2_000

/** Who asks must be known at once: a server that says nothing is waited for no longer. Rejects with a 503 then. */
export async function inTime<Result>(looking: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(async () => {
    // when we were busy ourselves, the answer may lie there unread
    await nextTurn()
    await nextTurn()
    reject(new ApiProblem(503, 'database', 'The database does not say who may ask; try again.'))
  }, PATIENCE_MS)
  try {
    return await Promise.race([looking, promise])
  } finally {
    clearTimeout(timer)
  }
}
