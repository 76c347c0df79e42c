/**
 * A factor beside: a meter that counts ten times too much does so in all that it shows, but not every episode of it has
 * levels that tell so: a family that is away leaves a floor alone. What one episode of an account shows, another that
 * begins meanwhile need not be held against it, as far as it is no more than that factor makes of the usual level.
 */
import type { Episode, Standing } from './episode.ts'
import { standingAt } from './load-on-top.ts'
import { multiplierOf } from './multiplier.ts'
import type { Subject } from './subject.ts'
import { isOfTheMeter } from './weigh-tampering.ts'

/** What is usual is known to so much, and rounds at a few watts. */
const SLACK = 1.5
/** A home that counts a hundred times shows what a plant draws: that its own levels must tell. */
const MOST_BESIDE = 10

/** The factor that explains a standing of an account: its own when its meter can have it, else that of another episode beside it. */
export function factorWith(
  { kind, contractKw }: Subject,
  [episode, { at, powerW, factor }]: readonly [Episode, Standing],
  episodes: readonly Episode[],
): number | null {
  if (kind === 'area' || isOfTheMeter(episode.detector) || multiplierOf(factor, contractKw) !== null) return factor
  const usualW = Math.max(0, episode.usualW)
  for (const other of episodes) {
    if (other === episode || (other.closedAt !== null && other.closedAt <= episode.onset)) continue
    const beside = standingAt(other, at)?.factor ?? null
    const ratio = multiplierOf(beside, contractKw)
    if (ratio !== null && ratio > 1 && ratio <= MOST_BESIDE && usualW + powerW <= SLACK * ratio * usualW) return beside
  }
  return factor
}
