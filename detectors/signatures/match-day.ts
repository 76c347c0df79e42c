/**
 * Signatures: compares the suspect load of one noon-to-noon day with each template (detectors/signatures/templates.ts) and
 * says which part of which night matched, feature by feature. The score is the product of how well each feature agrees: 1
 * inside its range, falling to its `least` outside. A feature that was not measured, or only between bounds, makes the
 * score an interval; evidence takes its cautious end. Load may ride on load: a mill on the pumps of the same works, a
 * crusher on its mill; so what stands above the floor of the day's load is compared too, as far as no usual day reached.
 */
import type { SignatureFeature } from '../../model/alert.ts'
import { SLOTS } from '../day-clock.ts'
import { quantileOf } from '../day-detector.ts'
import { thousandths } from '../thousandths.ts'
import { type Interval, isOn, type Layer, type Measures, measureRun, type Run, runsOf, tangentBounds } from './measure-run.ts'
import type { SignatureTemplate, Wanted } from './signature-template.ts'
import { staircaseOf } from './staircase.ts'

export interface Compared {
  readonly feature: SignatureFeature
  readonly verdict: 'agrees' | 'disagrees' | 'unknown'
  /** Null: not measured. */
  readonly measured: Interval | null
}

export interface DayMatch extends Run {
  readonly template: string
  readonly score: Interval
  readonly features: readonly Compared[]
}

/** A day's suspect load; `reachW`: how far what it stands on rises on usual days, W. */
export interface SuspectDay extends Layer {
  readonly reachW: number
}

/** From this score on a part of a day matches. */
export const MATCHED = 0.5

/** Load on top of the day's load: W, and its share of what it rides on. */
const LEAST_TOP_W = 1_200
const LEAST_TOP_SHARE = 0.2
/** Quantiles of the running load taken for its floor and for what stands on top, and how near the floor (share of that) is floor. */
const FLOOR = 0.15
const TOP = 0.85
const NEAR_FLOOR = 0.15
const BETWEEN = [0.25, 0.65]
const MOST_BETWEEN = 0.25
/** What another load rides on runs through, all but this share of the time. */
const MOST_OFF = 0.1

/** The best match of each template that may match at all, best first. */
export function matchDay(day: SuspectDay, templates: readonly SignatureTemplate[]): DayMatch[] {
  const layers = [measuredOnce(day)]
  const top = loadOnTop(day)
  if (top !== null) layers.push(measuredOnce(top))
  const matches: DayMatch[] = []
  for (const template of templates) {
    const parts = layers.flatMap((layer) => compareLayer(layer, template)).sort(byScore)
    if (parts.length === 0) continue
    // of the surest part; at the most, the day matches as well as the likeliest of them
    const most = Math.max(...parts.map(({ score }) => score[1]))
    if (most >= MATCHED) matches.push({ ...parts[0], score: [parts[0].score[0], most] })
  }
  return matches.sort(byScore)
}

/** Surer first, then likelier, then longer; the earlier of equals. */
export function byScore(a: DayMatch, b: DayMatch): number {
  return b.score[0] - a.score[0] || b.score[1] - a.score[1] || b.to - b.from - (a.to - a.from)
}

/** A layer whose runs are measured once, whichever templates ask for them. */
interface MeasuredLayer {
  readonly layer: Layer
  measure(run: Run): Measures
}

function measuredOnce(layer: Layer): MeasuredLayer {
  const known = new Map<number, Measures>()
  return {
    layer,
    measure: (run) => {
      const place = run.from * SLOTS + run.to
      const measures = known.get(place) ?? measureRun(layer, run)
      known.set(place, measures)
      return measures
    },
  }
}

function compareLayer({ layer, measure }: MeasuredLayer, template: SignatureTemplate): DayMatch[] {
  if (template.shape === 'stair') {
    const stair = staircaseOf(layer)
    return stair === null ? [] : [compared(template, stair.run, stair.measures)]
  }
  return runsOf(layer, template.stopMinutes / 15).map((run) => compared(template, run, measure(run)))
}

function compared(template: SignatureTemplate, { from, to }: Run, measures: Measures): DayMatch {
  let low = 1
  let high = 1
  const features: Compared[] = []
  for (const [feature, wanted] of entriesOf(template)) {
    const measured = rounded(measures[feature] ?? null)
    const [least, most] = agreement(measured, wanted)
    low *= least
    high *= most
    const line = (1 + wanted.least) / 2
    features.push({ feature, measured, verdict: least >= line ? 'agrees' : most < line ? 'disagrees' : 'unknown' })
  }
  return { template: template.id, from, to, score: [thousandths(low), thousandths(high)], features }
}

function entriesOf({ features }: SignatureTemplate): [SignatureFeature, Wanted][] {
  const entries: [SignatureFeature, Wanted][] = []
  let feature: SignatureFeature
  for (feature in features) {
    const wanted = features[feature]
    if (wanted !== undefined) entries.push([feature, wanted])
  }
  return entries
}

/** Least and most that a value between two bounds can agree. */
function agreement(measured: Interval | null, wanted: Wanted): Interval {
  if (measured === null) return [wanted.least, 1]
  const [low, high] = measured
  const ends = [agreementOf(low, wanted), agreementOf(high, wanted)]
  const inside = high >= wanted.from && low <= wanted.to
  return [Math.min(...ends), inside ? 1 : Math.max(...ends)]
}

function agreementOf(value: number, { from, to, slack, least }: Wanted): number {
  const outside = Math.max(from - value, value - to, 0)
  return Math.max(least, 1 - ((1 - least) * outside) / slack)
}

/** What stands on the floor of the day's load while it runs; null when that is little, or no more than the host's own days reach. */
function loadOnTop(day: SuspectDay): Layer | null {
  const { watts, tangent } = day
  let from = -1
  let to = 0
  for (let slot = day.from; slot < day.to; slot++) {
    running[slot] = isOn(day, slot) ? watts[slot] : Number.NaN
    if (Number.isNaN(running[slot])) continue
    if (from < 0) from = slot
    to = slot + 1
  }
  if (from < 0) return null
  const floorW = quantileOf(running, from, to, FLOOR)
  const topW = quantileOf(running, from, to, TOP) - floorW
  const loadW = floorW - day.baseW
  if (loadW < LEAST_TOP_W || topW < Math.max(LEAST_TOP_W, LEAST_TOP_SHARE * loadW) || topW < day.reachW) return null
  let least = 0
  let most = 0
  let slots = 0
  let between = 0
  let off = 0
  for (let slot = from; slot < to; slot++) {
    if (Number.isNaN(running[slot]) && !Number.isNaN(watts[slot])) off++
    const height = (running[slot] - floorW) / topW
    if (height > BETWEEN[0] && height < BETWEEN[1]) between++
    if (!(running[slot] <= floorW + NEAR_FLOOR * topW)) continue
    const [low, high] = tangentBounds(tangent[slot])
    slots++
    least += low * watts[slot]
    most += high * watts[slot]
  }
  // a load that is unsteady is at every height; two loads are at two
  if (between > MOST_BETWEEN * (to - from) || off > MOST_OFF * (to - from)) return null
  return { ...day, baseW: floorW, baseVars: [least / slots, most / slots], levelW: topW, from, to }
}

const running = new Float64Array(SLOTS)

function rounded(interval: Interval | null): Interval | null {
  return interval === null ? null : [thousandths(interval[0]), thousandths(interval[1])]
}
