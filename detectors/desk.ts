/**
 * The desk looks across subjects: who began together, which remainder is only a meter booked on the wrong area, and who
 * comes first on the work list. A pure function of all episodes, so nothing depends on whose readings came first.
 */
import type { Alert } from '../model/alert.ts'
import { composeAlert } from './compose-alert.ts'
import type { DayClock } from './day-clock.ts'
import type { DetectorsConfig } from './detectors-config.ts'
import type { Episode, Standing } from './episode.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import { areaSubject, type Case, pointSubject, type Subject } from './subject.ts'

/** Beginnings within this many seconds of each other are company. */
const COMPANY_SECONDS = 8 * 86_400
const SAME_START_SECONDS = 26 * 3_600

interface Docket {
  readonly subject: Subject
  readonly episodes: readonly Episode[]
}

export class Desk {
  readonly #config: DetectorsConfig
  readonly #clock: DayClock
  /** By county: what begins together is looked for within one. */
  readonly #counties = new Map<string, Map<string, Docket>>()
  readonly #alerts = new Map<string, Map<string, Alert>>()

  constructor(config: DetectorsConfig, clock: DayClock) {
    this.#config = config
    this.#clock = clock
  }

  /** Takes changed subjects (rows; areas as −1 − row) with their episodes and returns the alerts that changed. */
  update(known: JudgedLedger, changed: Iterable<number>, episodesOf: (key: number) => readonly Episode[]): Alert[] {
    const counties = new Set<string>()
    for (const key of changed) {
      const subject = key >= 0 ? pointSubject(known, key) : areaSubject(known, -1 - key)
      const name = `${subject.kind} ${subject.row}`
      const county = this.#counties.get(subject.county) ?? new Map<string, Docket>()
      this.#counties.set(subject.county, county)
      const episodes = episodesOf(key)
      if (episodes.length === 0) county.delete(name)
      else county.set(name, { subject, episodes })
      counties.add(subject.county)
    }
    const news: Alert[] = []
    for (const county of [...counties].sort()) news.push(...this.#judgeCounty(county))
    return news
  }

  /** All alerts that stand or stood, by id. */
  alerts(): Alert[] {
    return [...this.#alerts.values()].flatMap((alerts) => [...alerts.values()])
  }

  /** Dockets for a checkpoint are rebuilt from the episodes; this forgets nothing but them. */
  #judgeCounty(county: string): Alert[] {
    const dockets = [...(this.#counties.get(county)?.values() ?? [])].sort((a, b) =>
      a.subject.kind === b.subject.kind ? a.subject.row - b.subject.row : a.subject.kind < b.subject.kind ? -1 : 1,
    )
    const starts = beginnings(dockets)
    const before = this.#alerts.get(county) ?? new Map<string, Alert>()
    const after = new Map<string, Alert>()
    const news: Alert[] = []
    for (const { subject, episodes } of dockets) {
      for (const episode of episodes) {
        const alert = composeAlert(
          subject,
          episode,
          (standing) => this.#case(subject, episode, standing, starts),
          this.#config.raiseAt,
        )
        if (alert === null) continue
        after.set(alert.id, alert)
        if (JSON.stringify(before.get(alert.id)) !== JSON.stringify(alert)) news.push(alert)
      }
    }
    for (const [id, alert] of before) {
      // it rested on readings that were since corrected within the window: nothing stands any more
      if (!after.has(id) && alert.clearedAt === null) news.push(retracted(alert))
    }
    this.#alerts.set(county, after)
    return news
  }

  #case(subject: Subject, episode: Episode, standing: Standing, starts: readonly Beginning[]): Case {
    let kinInArea = 0
    let kinInCounty = 0
    let misbooked: string | null = null
    for (const other of starts) {
      if (other.episode.onset > standing.at || (other.subject.row === subject.row && other.subject.kind === subject.kind))
        continue
      const apart = Math.abs(other.episode.onset - episode.onset)
      if (apart > COMPANY_SECONDS) continue
      if (subject.kind === 'area') {
        if (
          other.subject.kind === 'usage-point' &&
          other.subject.area !== subject.row &&
          apart <= SAME_START_SECONDS &&
          alike(other, standing)
        ) {
          misbooked = other.subject.id
        }
        continue
      }
      if (other.subject.kind === 'area' || other.episode.detector !== episode.detector) continue
      if (other.subject.category !== subject.category || !ofOneSize(other, standing)) continue
      if (other.subject.area === subject.area) kinInArea++
      else kinInCounty++
    }
    return { subject, episode, standing, kinInArea, kinInCounty, misbooked, month: this.#monthOf(episode.onset) }
  }

  #monthOf(utcSeconds: number): number {
    return new Date((utcSeconds + this.#clock.shift + 43_200) * 1000).getUTCMonth() + 1
  }
}

interface Beginning {
  readonly subject: Subject
  readonly episode: Episode
  readonly powerW: number
}

function beginnings(dockets: readonly Docket[]): Beginning[] {
  const starts: Beginning[] = []
  for (const { subject, episodes } of dockets) {
    for (const episode of episodes) starts.push({ subject, episode, powerW: episode.standings.at(-1)?.powerW ?? 0 })
  }
  return starts
}

function alike(other: Beginning, standing: Standing): boolean {
  return Math.abs(other.powerW - standing.powerW) <= 0.2 * Math.max(other.powerW, standing.powerW)
}

function ofOneSize(other: Beginning, standing: Standing): boolean {
  return other.powerW < 2.5 * standing.powerW && standing.powerW < 2.5 * other.powerW
}

function retracted(alert: Alert): Alert {
  const { revision, probability } = alert.history[alert.history.length - 1]
  return {
    ...alert,
    clearedAt: alert.raisedAt,
    probability: 0,
    revision: revision + 1,
    history: [
      ...alert.history,
      {
        revision: revision + 1,
        at: alert.raisedAt,
        change: 'withdrawn',
        probability: Math.min(probability, 0.01),
        cause: { zh: '依据的读数已被更正。', en: 'The readings it rested on were corrected.' },
      },
    ],
  }
}
