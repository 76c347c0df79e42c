/**
 * Who began together: every beginning of an episode in a county, in order of time, so that looking for company is a look
 * at a few days and not at all of them.
 */
import type { Episode, Standing } from './episode.ts'
import { type AreaRise, MOST_KIN, type Subject } from './subject.ts'
import { isOfTheMeter } from './weigh-tampering.ts'

/** Beginnings within this many seconds of each other are company. */
export const COMPANY_SECONDS = 8 * 86_400
/** A remainder and a meter of one feeder that rise within this by the same power are one load. */
const SAME_START_SECONDS = 2 * 3_600
/** …as long as their levels stay this near to each other, by share of the larger, */
const SAME_LEVEL = 0.2
/** …and neither runs on for more than this without the other. */
const ALONE_DAYS = 4
/** A remainder that rises within this of a meter's drop is what the meter lost. */
const SAME_RISE_SECONDS = 48 * 3_600

/** What passes a tampered meter and what it counts are at least this share of each other. */
const LEAST_UNCOUNTED = 0.3

export interface Beginning {
  readonly subject: Subject
  readonly episode: Episode
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
  /** Loads of usage points elsewhere that took up the same power at the same time: one of them may be this one. */
  readonly startedAsOne: readonly Beginning[]
  readonly risen: AreaRise | null
}

export function beginningsOf(subject: Subject, episodes: readonly Episode[]): Beginning[] {
  return episodes.map((episode) => {
    const { detector, onset } = episode
    const first = episode.standings[0]
    return {
      ...{ subject, episode, detector, onset },
      powerW: first?.powerW ?? 0,
      meanW: (first?.energyWh ?? 0) / 24,
      knownAt: first?.at ?? onset,
    }
  })
}

/** The beginnings of a county, in order of time, by where company is looked for. */
export class Beginnings {
  readonly #byArea = new Map<number, Beginning[]>()
  readonly #byFeeder = new Map<string, Beginning[]>()
  readonly #byKind = new Map<string, Beginning[]>()

  constructor(beginnings: readonly Beginning[]) {
    for (const beginning of [...beginnings].sort(inOrder)) {
      const { subject } = beginning
      put(this.#byArea, areaOf(subject), beginning)
      if (subject.kind === 'area') continue
      put(this.#byFeeder, subject.feeder, beginning)
      put(this.#byKind, kindInCounty(beginning), beginning)
    }
  }

  companyOf(own: Beginning): Company {
    const { subject } = own
    if (subject.kind === 'area') return { ...ALONE, startedAsOne: this.#startedAsOne(own) }
    const inArea: number[] = []
    let risen: AreaRise | null = null
    for (const other of around(own, this.#byArea.get(areaOf(subject)))) {
      if (other.subject === subject) continue
      if (other.subject.kind === 'area') {
        if (isRise(own, other)) risen ??= { powerW: other.meanW, knownAt: other.knownAt }
      } else if (isKin(own, other) && kindOf(other) === kindOf(own) && !isStartOfOne(own, other)) inArea.push(other.onset)
    }
    return { inArea, inCounty: this.#inCounty(own), startedAsOne: [], risen }
  }

  #inCounty(own: Beginning): number[] {
    const onsets: number[] = []
    for (const other of around(own, this.#byKind.get(kindInCounty(own)))) {
      if (other.subject.area === own.subject.area || !isKin(own, other)) continue
      onsets.push(other.onset)
      if (onsets.length === MOST_KIN) break
    }
    return onsets
  }

  /** Meters of the feeder, booked elsewhere, that took up the same power at the same time. */
  #startedAsOne(own: Beginning): Beginning[] {
    const found: Beginning[] = []
    for (const other of around(own, this.#byFeeder.get(own.subject.feeder)))
      if (other.subject.area !== own.subject.row && isOneLoad(own, other)) found.push(other)
    return found
  }
}

const ALONE: Company = { inArea: [], inCounty: [], startedAsOne: [], risen: null }

/** The usage point whose load a remainder still is at a standing, of those that started with it; null when they parted. */
export function misbookedAt(standing: Standing, startedAsOne: readonly Beginning[]): string | null {
  return startedAsOne.find(({ episode }) => isStillOne(standing, episode))?.subject.id ?? null
}

/** What began as one and then parts, in level or in time, was two: that they began in the same hour was chance. */
function isStillOne({ day, at, powerW }: Standing, { standings }: Episode): boolean {
  const last = standings.findLastIndex((standing) => standing.at <= at)
  if (last < 0) return true
  const other = standings[last]
  if (last === standings.length - 1 && day - other.day > ALONE_DAYS) return false
  return Math.abs(other.powerW - powerW) <= SAME_LEVEL * Math.max(other.powerW, powerW)
}

/** How many of the sorted onsets were known at a time. */
export function knownAt(onsets: readonly number[], at: number): number {
  let known = 0
  while (known < onsets.length && onsets[known] <= at) known++
  return known
}

function isKin(own: Beginning, other: Beginning): boolean {
  return other.subject.category === own.subject.category && other.powerW <= 2.5 * own.powerW && own.powerW <= 2.5 * other.powerW
}

function kindInCounty({ detector, subject }: Beginning): string {
  return `${detector} ${subject.category}`
}

function areaOf({ kind, row, area }: Subject): number {
  return kind === 'area' ? row : area
}

function put<K>(lists: Map<K, Beginning[]>, key: K, beginning: Beginning): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [beginning])
  else list.push(beginning)
}

/** By time, and a fixed order among beginnings of one moment. */
function inOrder(a: Beginning, b: Beginning): number {
  if (a.onset !== b.onset) return a.onset - b.onset
  if (a.subject.kind !== b.subject.kind) return a.subject.kind < b.subject.kind ? -1 : 1
  return a.subject.row - b.subject.row || (a.detector < b.detector ? -1 : 1)
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

/** Those of a list that began within COMPANY_SECONDS of it. */
function* around(own: Beginning, starts: readonly Beginning[] = []): Generator<Beginning> {
  for (let at = firstFrom(starts, own.onset - COMPANY_SECONDS); at < starts.length; at++) {
    if (starts[at].onset > own.onset + COMPANY_SECONDS) return
    yield starts[at]
  }
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
