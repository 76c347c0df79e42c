/**
 * A staircase: leach tanks have the same agitator each, and are filled and started one by one (or stopped one by one to be
 * drained), so the load climbs by equal steps, each held for a while. What cycles up and down by one step is no stair.
 */
import { type Layer, type Measures, medianOf, powerFactor, type Run } from './measure-run.ts'

interface Landing extends Run {
  readonly levelW: number
  readonly spread: number
}

/** Slots for which a landing has to be held, and over which a step may be smeared. */
const LEAST_SLOTS = 3
const MOST_STEP_SLOTS = 2
/** How far a landing may wander (W, or a share of its level), and how unequal steps may be. */
const WANDER_W = 250
const WANDER_SHARE = 0.03
const UNEQUAL = 0.18
/** What rises by less is no machine, W. */
const LEAST_STEP_W = 800

/** The longest flight of equal steps in the layer, null when there is no step at all. */
export function staircaseOf(layer: Layer): { readonly run: Run; readonly measures: Measures } | null {
  const landings = landingsOf(layer)
  let best: { first: number; last: number; stepW: number } | null = null
  for (let first = 0; first + 1 < landings.length; first++) {
    const stepW = landings[first + 1].levelW - landings[first].levelW
    if (Math.abs(stepW) < LEAST_STEP_W) continue
    // below what it stands on, the host itself comes and goes
    if (Math.min(landings[first].levelW, landings[first + 1].levelW) < -WANDER_W) continue
    let last = first
    while (last + 1 < landings.length && follows(landings[last], landings[last + 1], stepW)) last++
    if (last > first && (best === null || last - first > best.last - best.first)) best = { first, last, stepW: Math.abs(stepW) }
  }
  if (best === null) return null
  const { first, last, stepW } = best
  const flight = landings.slice(first, last + 1)
  const raised = flight.filter(({ levelW }) => levelW > 0.5 * stepW)
  const run = { from: raised[0].from, to: raised[raised.length - 1].to }
  const spreads = Float64Array.from(raised, ({ spread }) => spread)
  const spread = medianOf(spreads, spreads.length)
  const meanStepW = Math.abs(flight[flight.length - 1].levelW - flight[0].levelW) / (last - first)
  return {
    run,
    measures: {
      stairs: [last - first, last - first],
      stepKilowatts: [meanStepW / 1000, meanStepW / 1000],
      flatness: [Math.max(0, spread - layer.unrestW / meanStepW), spread],
      powerFactor: powerFactor({ ...layer, levelW: meanStepW }, run.from, run.to),
    },
  }
}

function follows(before: Landing, after: Landing, stepW: number): boolean {
  const riseW = after.levelW - before.levelW
  return after.from - before.to <= MOST_STEP_SLOTS && Math.abs(riseW - stepW) <= UNEQUAL * Math.abs(stepW)
}

/** Stretches of the layer at one level each, in order. */
function landingsOf({ watts, baseW, from, to }: Layer): Landing[] {
  const landings: Landing[] = []
  let start = from
  while (start < to) {
    let end = start
    let sum = 0
    while (end < to && holds(watts[end] - baseW, end > start ? sum / (end - start) : watts[end] - baseW)) {
      sum += watts[end] - baseW
      end++
    }
    if (end - start < LEAST_SLOTS) {
      start++
      continue
    }
    const levelW = sum / (end - start)
    let away = 0
    for (let slot = start; slot < end; slot++) away += Math.abs(watts[slot] - baseW - levelW)
    landings.push({ from: start, to: end, levelW, spread: (1.25 * away) / (end - start) / Math.max(levelW, 500) })
    start = end
  }
  return landings
}

function holds(value: number, levelW: number): boolean {
  return Math.abs(value - levelW) <= Math.max(WANDER_W, WANDER_SHARE * levelW)
}
