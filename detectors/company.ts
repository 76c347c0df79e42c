/**
 * Who began together: every beginning of an episode in a county, in order of time, so that looking for company is a look
 * at a few days and not at all of them.
 */
import type { Episode } from './episode.ts'
import type { AreaRise, Subject } from './subject.ts'
import { isOfTheMeter } from './weigh-tampering.ts'

/** Beginnings within this many seconds of each other are company. */
export const COMPANY_SECONDS = 8 * 86_400
/** A remainder and a meter of one feeder that rise within this by the same power are one load. */
const SAME_START_SECONDS = 2 * 3_600
/** A remainder that rises within this of a meter's drop is what the meter lost. */
const SAME_RISE_SECONDS = 48 * 3_600

/** What passes a tampered meter and what it counts are at least this share of each other. */
const LEAST_UNCOUNTED = 0.3

export interface Beginning {
  readonly subject: Subject
  readonly detector: string
  /** UTC seconds. */
  readonly onset: number
  /** Level on the first day, W: later days do not change who began with whom. */
  readonly powerW: number
  /** The same over the whole first day, W: what a meter lost is compared by energy, not by level. */
  readonly meanW: number
  /** When a live service knew of it, UTC seconds. */
  readonly knownAt: number
}

/** What an episode's company was at any time: onsets of others, sorted. */
export interface Company {
  readonly inArea: readonly number[]
  readonly inCounty: readonly number[]
  /** Id of a usage point elsewhere that took up the same power at the same time. */
  readonly misbooked: string | null
  readonly risen: AreaRise | null
}

export function beginningsOf(subject: Subject, episodes: readonly Episode[]): Beginning[] {
  return episodes.map(({ detector, onset, standings: [first] }) => ({
    ...{ subject, detector, onset },
    powerW: first?.powerW ?? 0,
    meanW: (first?.energyWh ?? 0) / 24,
    knownAt: first?.at ?? onset,
  }))
}

/** `starts` sorted by onset. */
export function companyOf(own: Beginning, starts: readonly Beginning[]): Company {
  const inArea: number[] = []
  const inCounty: number[] = []
  let misbooked: string | null = null
  let risen: AreaRise | null = null
  for (let at = firstFrom(starts, own.onset - COMPANY_SECONDS); at < starts.length; at++) {
    const other = starts[at]
    if (other.onset > own.onset + COMPANY_SECONDS) break
    if (other.subject === own.subject) continue
    if (own.subject.kind === 'area') {
      if (other.subject.area !== own.subject.row && isOneLoad(own, other)) misbooked ??= other.subject.id
      continue
    }
    if (other.subject.kind === 'area') {
      if (other.subject.row === own.subject.area && isRise(own, other)) risen ??= { powerW: other.meanW, knownAt: other.knownAt }
      continue
    }
    if (kindOf(other) !== kindOf(own) || other.subject.category !== own.subject.category) continue
    if (other.powerW > 2.5 * own.powerW || own.powerW > 2.5 * other.powerW) continue
    if (other.subject.area === own.subject.area) {
      if (!isStartOfOne(own, other)) inArea.push(other.onset)
    } else if (other.detector === own.detector) inCounty.push(other.onset)
  }
  return { inArea, inCounty, misbooked, risen }
}

/** How many of the sorted onsets were known at a time. */
export function knownAt(onsets: readonly number[], at: number): number {
  let known = 0
  while (known < onsets.length && onsets[known] <= at) known++
  return known
}

/** Furnaces keep company with furnaces, drops with drops, all other loads with each other. */
function kindOf({ detector }: Beginning): string {
  return detector === 'furnace-burst' || isOfTheMeter(detector) ? detector : 'load'
}

/** What a meter lost, or hides behind days that come back, shows in the remainder of its area. */
function isRise(own: Beginning, other: Beginning): boolean {
  if (isOfTheMeter(other.detector) || Math.abs(other.onset - own.onset) > SAME_RISE_SECONDS) return false
  // of a load whose meter is tampered with a third to two thirds are counted (domain.md, 8.2)
  if (!isOfTheMeter(own.detector)) return other.meanW >= LEAST_UNCOUNTED * own.meanW && own.meanW >= LEAST_UNCOUNTED * other.meanW
  return own.detector !== 'metered-drop' || Math.abs(other.meanW - own.meanW) <= 0.5 * Math.max(other.meanW, own.meanW)
}

function isOneLoad(own: Beginning, other: Beginning): boolean {
  if (other.subject.kind === 'area' || isOfTheMeter(own.detector) || isOfTheMeter(other.detector)) return false
  return other.subject.feeder === own.subject.feeder && isStartOfOne(own, other)
}

/** As large and within the hour or two: neighbours follow a season by days, and each with machines of his own; one plant that is spread over meters starts as one. */
function isStartOfOne(own: Beginning, other: Beginning): boolean {
  const apart = Math.abs(other.onset - own.onset)
  return apart <= SAME_START_SECONDS && Math.abs(other.powerW - own.powerW) <= 0.15 * Math.max(other.powerW, own.powerW)
}

function firstFrom(starts: readonly Beginning[], onset: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[middle].onset < onset) low = middle + 1
    else high = middle
  }
  return low
}
