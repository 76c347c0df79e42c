/**
 * Joint silence: the same meters of one area go silent together at night, again and again, while their neighbours report.
 * Whoever runs a mill behind a meter, and has the gateway's cable or a jammer in reach, need not tamper with the meter: it
 * is enough that nobody hears it. A night counts when two meters and more (the area's own may be one) miss two hours in
 * common, were heard by day, and most others were heard meanwhile (detectors/silent-night.ts); meters count that were
 * silent on three nights and more. Values that are read from the meter's memory later take their silence back, whenever
 * they come. Cannot see: a silence of all meters, which is an outage for all that can be told, and areas whose own meter
 * is not read.
 */
import { z } from 'zod'
import { type DayClock, slotStart } from './day-clock.ts'
import type { Usual } from './day-detector.ts'
import { NO_REFERENCE } from './day-record.ts'
import { beginEpisode, type Episode, NO_AREA_DAY, type Standing, withHotDay } from './episode.ts'
import { NO_ENVELOPE } from './floor-envelope.ts'
import { type SilentNight, withReading, withRows } from './silent-night.ts'

export const JointSilenceConfig = z.strictObject({
  /** Nights on which a meter must have been silent to be one of those that are meant. */
  leastNights: z.int().min(2).default(3),
  /** Nights without silence after which it is over. */
  restNights: z.int().positive().default(10),
})
type Config = z.output<typeof JointSilenceConfig>

/** Nights in order, of one series. */
interface Series {
  readonly sequence: number
  readonly nights: readonly SilentNight[]
}

/** Nights kept of a series: later ones replace the last. */
const MOST_NIGHTS = 45
/** A series of fewer nights leaves nothing behind when the next begins. */
const WORTH_NIGHTS = 4

export class JointSilence {
  readonly #config: Config
  readonly #clock: DayClock
  readonly #series = new Map<number, readonly Series[]>()
  /** 1 for usage points with a silence that late values may take back. */
  readonly awaited: Uint8Array

  constructor(config: Config, clock: DayClock, rows: number) {
    this.#config = config
    this.#clock = clock
    this.awaited = new Uint8Array(rows)
  }

  get areas(): Iterable<number> {
    return this.#series.keys()
  }

  knows(area: number): boolean {
    return this.#series.has(area)
  }

  /** Takes in a night; those of an area come in order. */
  note(area: number, night: SilentNight): void {
    const held = this.#series.get(area) ?? []
    const last = held[held.length - 1]
    const newest = last?.nights[last.nights.length - 1]
    if (last === undefined || newest === undefined || night.day - newest.day > this.#config.restNights) {
      const before = last === undefined || last.nights.length < WORTH_NIGHTS ? held.slice(0, -1) : held.slice(-1)
      this.#series.set(area, [...before, { sequence: (before[before.length - 1]?.sequence ?? 0) + 1, nights: [night] }])
    } else {
      const nights = [...last.nights.slice(0, MOST_NIGHTS - 1), night]
      this.#series.set(area, [...held.slice(0, -1), { ...last, nights }])
    }
    for (const [row] of night.meters) this.awaited[row] = 1
  }

  /** A measured value that came for a usage point of `area`. True when it filled a silence. */
  fill(area: number, row: number, day: number, slot: number): boolean {
    const held = this.#series.get(area)
    if (held?.some(({ nights }) => nights.some((night) => night.day === day)) !== true) return false
    const left = held.map((series) => ({
      ...series,
      nights: series.nights.flatMap((night) => {
        const after = night.day === day ? withReading(night, row, slot) : night
        return after === null ? [] : [after]
      }),
    }))
    this.#series.set(area, left)
    return true
  }

  /** Takes over what `other` knows of its area 0, whose rows are `rows` here. */
  carry(other: JointSilence, area: number, rows: readonly number[]): void {
    const series = other.#series.get(0)
    if (series === undefined) this.#series.delete(area)
    else
      this.#keep(
        area,
        series.map((one) => ({ ...one, nights: one.nights.map((night) => withRows(night, rows)) })),
      )
  }

  /** `seenDay`: the area's last settled day. */
  episodes(area: number, seenDay: number): readonly Episode[] {
    return (this.#series.get(area) ?? []).flatMap((series) => {
      const episode = this.#episode(series, seenDay)
      return episode === null ? [] : [episode]
    })
  }

  /** The meters of a series of an area that were silent again and again, by its sequence. */
  silentMeters(area: number, sequence: number): readonly number[] {
    const series = this.#series.get(area)?.find((candidate) => candidate.sequence === sequence)
    return series === undefined ? [] : [...this.#regulars(series.nights)]
  }

  snapshot(): string {
    return JSON.stringify([...this.#series].sort(([a], [b]) => a - b))
  }

  restore(json: string): void {
    this.#series.clear()
    const saved: [number, readonly Series[]][] = json === '' ? [] : JSON.parse(json)
    for (const [area, series] of saved) this.#keep(area, series)
  }

  #keep(area: number, series: readonly Series[]): void {
    this.#series.set(area, series)
    for (const { nights } of series) for (const { meters } of nights) for (const [row] of meters) this.awaited[row] = 1
  }

  /** As it was known after each night: who is silent again and again is told from the nights up to then. */
  #episode({ sequence, nights }: Series, seenDay: number): Episode | null {
    const standings: Standing[] = []
    let episode: Episode | null = null
    for (let known = 1; known <= nights.length; known++) {
      const counting = this.#counting(nights.slice(0, known))
      if (counting[counting.length - 1] !== nights[known - 1]) continue
      episode = counting.reduce<Episode | null>((before, night) => this.#withNight(before, sequence, night), null)
      const standing = episode?.standings[episode.standings.length - 1]
      if (standing !== undefined) standings.push(standing)
    }
    if (episode === null) return null
    const over = seenDay - episode.lastHotDay > this.#config.restNights
    return { ...episode, standings, closedAt: over ? slotStart(this.#clock, episode.lastHotDay + 1, 0) : null }
  }

  #counting(nights: readonly SilentNight[]): SilentNight[] {
    const regulars = this.#regulars(nights)
    return nights.filter(({ meters }) => meters.filter(([row]) => regulars.has(row)).length >= 2)
  }

  #regulars(nights: readonly SilentNight[]): Set<number> {
    const counts = new Map<number, number>()
    for (const { meters } of nights) for (const [row] of meters) counts.set(row, (counts.get(row) ?? 0) + 1)
    return new Set([...counts].filter(([, count]) => count >= this.#config.leastNights).map(([row]) => row))
  }

  #withNight(before: Episode | null, sequence: number, { day, from, to, excessW }: SilentNight): Episode {
    const hours = (to - from) / 4
    const powerW = Math.max(0, excessW ?? 0)
    const finding = {
      ...{ detector: 'joint-silence', startSlot: from, endSlot: to, hours, powerW, energyWh: powerW * hours },
      ...{ flatness: 0, tangent: Number.NaN, swings: 0, surprise: hours, usualW: 0, lift: Number.NaN },
    }
    const begun = before ?? beginEpisode(finding, sequence, NOT_COMPARED, slotStart(this.#clock, day, from))
    return withHotDay(begun, day, finding, slotStart(this.#clock, day + 1, 0), Number.NaN, NO_AREA_DAY)
  }
}

/** A silence is compared with nothing. */
const NOT_COMPARED: Usual = {
  floor: NO_REFERENCE,
  leastEnvelope: NO_ENVELOPE,
  nightEnvelope: NO_ENVELOPE,
  noonsW: [],
  night: NO_REFERENCE,
  noon: NO_REFERENCE,
  burst: NO_REFERENCE,
  evening: NO_REFERENCE,
  mean: NO_REFERENCE,
  nightVars: Number.NaN,
}
