/**
 * The desk looks across subjects: who began together, and which remainder is only a meter booked on the wrong area. A pure
 * function of all episodes, so nothing depends on whose readings came first; only what can have changed is weighed again.
 */
import type { Alert } from '../model/alert.ts'
import { type Beginning, Beginnings, beginningsOf, COMPANY_SECONDS, type Company, knownAt, misbookedAt } from './company.ts'
import { alertId, composeAlert } from './compose-alert.ts'
import type { DayClock } from './day-clock.ts'
import type { DetectorsConfig } from './detectors-config.ts'
import type { Episode, Standing } from './episode.ts'
import { factorWith } from './factor-beside.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import { episodeUnder, standingAt } from './load-on-top.ts'
import { withRecurrences } from './recurrence.ts'
import { strayBehind } from './stray-company.ts'
import type { StrayMeter } from './stray-meters.ts'
import { areaSubject, type Case, pointSubject, type Subject } from './subject.ts'
import type { ReportedEvent } from './tamper-events.ts'

/** A subject with something against it. */
interface Docket {
  readonly subject: Subject
  readonly episodes: readonly Episode[]
  readonly beginnings: readonly Beginning[]
  alerts: readonly Alert[]
  /** Keys of those that started with it as one: how they go on tells whether they are. */
  leansOn: readonly number[]
}

/** What surrounds an episode. */
interface Around {
  readonly company: Company
  readonly silent: readonly string[]
  readonly strays: readonly StrayMeter[]
}

/** An episode with what surrounds it. */
type InPlace = readonly [Episode, Around]

const NOTHING_YET: Pick<Docket, 'alerts' | 'leansOn'> = { alerts: [], leansOn: [] }
const NO_EVENTS: readonly ReportedEvent[] = []
const NO_STRAYS: readonly StrayMeter[] = []

/** What begins together is looked for within a county. */
interface County {
  readonly dockets: Map<number, Docket>
}

/** What is held against subjects by key: rows; areas as −1 − row. */
export interface Dossiers {
  episodesOf(key: number): readonly Episode[]
  eventsOf(key: number): readonly ReportedEvent[]
  /** Usage points that fell silent together, of an episode of an area. */
  silentOf(key: number, episode: Episode): readonly string[]
  /** Stray meters of the neighbours of an area. */
  straysNear(area: number): readonly StrayMeter[]
}

/** Episodes of a key that are over so long that they are no longer told. */
export type Forgotten = (key: number) => readonly Episode[]

export class Desk {
  readonly #config: DetectorsConfig
  readonly #clock: DayClock
  readonly #counties = new Map<string, County>()

  constructor(config: DetectorsConfig, clock: DayClock) {
    this.#config = config
    this.#clock = clock
  }

  /**
   * Takes changed subjects (rows; areas as −1 − row) with their episodes and returns the alerts that changed. `again` when
   * they were judged again from the beginning: what is neither there nor forgotten never was, cleared or not.
   */
  update(known: JudgedLedger, changed: Iterable<number>, dossiers: Dossiers, again: Forgotten | null = null): Alert[] {
    const counties = new Map<string, { keys: Set<number>; onsets: number[] }>()
    const news: Alert[] = []
    for (const key of changed) {
      const episodes = dossiers.episodesOf(key)
      const events = episodes.length > 0 ? dossiers.eventsOf(key) : NO_EVENTS
      const subject = key >= 0 ? pointSubject(known, key, events) : areaSubject(known, -1 - key, events)
      const county = this.#county(subject.county)
      const work = counties.get(subject.county) ?? { keys: new Set<number>(), onsets: [] }
      counties.set(subject.county, work)
      const before = county.dockets.get(key)
      const beginnings = beginningsOf(subject, episodes)
      work.keys.add(key)
      work.onsets.push(...changedOnsets(before?.beginnings ?? [], beginnings))
      const { alerts, leansOn } = before ?? NOTHING_YET
      if (episodes.length > 0) county.dockets.set(key, { subject, episodes, beginnings, alerts, leansOn })
      else {
        county.dockets.delete(key)
        news.push(...alerts.filter((alert) => again !== null || stillOpen(alert)).map(retracted))
      }
    }
    for (const name of [...counties.keys()].sort()) {
      const work = counties.get(name)
      if (work !== undefined) this.#weighAgain(known, this.#county(name), work.keys, work.onsets, news, dossiers, again)
    }
    return news
  }

  /** All alerts that stand or stood. */
  alerts(): Alert[] {
    return [...this.#counties.values()].flatMap(({ dockets }) => [...dockets.values()].flatMap(({ alerts }) => alerts))
  }

  #county(name: string): County {
    const county = this.#counties.get(name) ?? { dockets: new Map<number, Docket>() }
    this.#counties.set(name, county)
    return county
  }

  /** Weighs the changed dockets, and those that have company in what began or did not begin after all. */
  #weighAgain(
    known: JudgedLedger,
    { dockets }: County,
    keys: ReadonlySet<number>,
    onsets: readonly number[],
    news: Alert[],
    dossiers: Dossiers,
    again: Forgotten | null,
  ): void {
    const starts = new Beginnings([...dockets.values()].flatMap(({ beginnings }) => beginnings))
    const inTime = Float64Array.from(onsets).sort()
    const touched = (docket: Docket) => docket.beginnings.some(({ onset }) => isNear(inTime, onset))
    for (const [key, docket] of dockets) {
      if (!keys.has(key) && !touched(docket) && !docket.leansOn.some((other) => keys.has(other))) continue
      const strays = docket.subject.kind === 'area' ? dossiers.straysNear(docket.subject.row) : NO_STRAYS
      const companies = docket.beginnings.map((beginning) => starts.companyOf(beginning))
      const arounds = docket.episodes.map((episode, index): Around => {
        return { company: companies[index], silent: dossiers.silentOf(key, episode), strays }
      })
      const composed = docket.episodes
        .map((episode, index) => {
          const under = episodeUnder(episode, docket.episodes)
          const aroundUnder = under && arounds[docket.episodes.indexOf(under)]
          return this.#compose(known, docket, [episode, arounds[index]], under && aroundUnder && [under, aroundUnder])
        })
        .filter((alert) => alert !== null)
      const alerts = withRecurrences(composed)
      for (const alert of alerts) {
        const before = docket.alerts.find(({ id }) => id === alert.id)
        if (JSON.stringify(before) !== JSON.stringify(alert)) news.push(alert)
      }
      for (const before of docket.alerts) {
        if (alerts.some(({ id }) => id === before.id)) continue
        // it rested on readings that were since corrected within the window, or an event explains it: nothing stands any more
        const neverWas = again !== null && !again(key).some((episode) => alertId(docket.subject, episode) === before.id)
        if (neverWas || stillOpen(before) || explainedSince(docket, before)) news.push(retracted(before))
      }
      docket.alerts = alerts
      docket.leansOn = companies.flatMap(({ startedAsOne }) => startedAsOne.map(({ subject }) => subject.row))
    }
  }

  /** `under`: what the episode is on top of. What explains that one explains more of it too. */
  #compose(known: JudgedLedger, { subject, episodes }: Docket, [episode, around]: InPlace, under?: InPlace): Alert | null {
    const { company, silent } = around
    const localOffset = this.#clock.shift + 43_200
    const month = new Date((episode.onset + localOffset) * 1000).getUTCMonth() + 1
    const caseAt = (standing: Standing): Case => {
      const below = under && standingAt(under[0], standing.at)
      return {
        subject,
        episode,
        standing: {
          ...standing,
          factor: factorWith(subject, [episode, standing], episodes),
          part: standing.part ?? below?.part ?? null,
        },
        kinInArea: knownAt(company.inArea, standing.at),
        kinInCounty: knownAt(company.inCounty, standing.at),
        misbooked:
          this.#misbooked(known, [episode, around], standing) ?? (under && below ? this.#misbooked(known, under, below) : null),
        risen: company.risen,
        silent,
        localOffset,
        month,
      }
    }
    return composeAlert(subject, episode, caseAt, this.#config)
  }

  /** Id of the usage point whose load a remainder is, as far as was known at a standing. */
  #misbooked({ ledger }: JudgedLedger, [episode, { company, strays }]: InPlace, standing: Standing): string | null {
    const id = misbookedAt(standing, company.startedAsOne)
    if (id !== null) return id
    const row = strayBehind(this.#clock, episode, standing, strays)
    return row === null ? null : ledger.usagePoints.id[row]
  }
}

/** Onsets of beginnings that are new, gone or of another size. */
function changedOnsets(before: readonly Beginning[], after: readonly Beginning[]): number[] {
  const same = (a: Beginning, b: Beginning) =>
    a.onset === b.onset && a.detector === b.detector && a.powerW === b.powerW && a.meanW === b.meanW && a.knownAt === b.knownAt
  const lone = (list: readonly Beginning[], other: readonly Beginning[]) => list.filter((a) => !other.some((b) => same(a, b)))
  return [...lone(before, after), ...lone(after, before)].map(({ onset }) => onset)
}

/** Whether one of the sorted onsets lies within COMPANY_SECONDS of another. */
function isNear(onsets: Float64Array, onset: number): boolean {
  let low = 0
  let high = onsets.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (onsets[middle] < onset - COMPANY_SECONDS) low = middle + 1
    else high = middle
  }
  return low < onsets.length && onsets[low] <= onset + COMPANY_SECONDS
}

/** An alert that was closed comes to nothing by what a meter reports afterwards, not by being forgotten. */
function explainedSince({ subject, episodes }: Docket, { id }: Alert): boolean {
  return subject.events.length > 0 && episodes.some((episode) => alertId(subject, episode) === id)
}

function stillOpen(alert: Alert): boolean {
  return alert.clearedAt === null
}

function retracted(alert: Alert): Alert {
  const { revision } = alert.history[alert.history.length - 1]
  const cause = { zh: '依据的读数已被更正。', en: 'The readings it rested on were corrected.' }
  const withdrawn = { revision: revision + 1, at: alert.raisedAt, change: 'withdrawn' as const, probability: 0, cause }
  return {
    ...alert,
    clearedAt: alert.raisedAt,
    probability: 0,
    revision: revision + 1,
    history: [...alert.history, withdrawn],
  }
}
