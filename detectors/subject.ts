import type { Sentence } from '../model/alert.ts'
import type { LawfulUse } from '../model/lawful-use.ts'
import type { Ledger } from '../model/ledger.ts'
import { CATEGORIES } from '../model/usage-point.ts'
import type { Episode, Standing } from './episode.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import type { MineInSight } from './reach.ts'
import type { ReportedEvent } from './tamper-events.ts'

export type Category = (typeof CATEGORIES)[number]

/** One group of evidence, in nats of log-odds of illegal processing. */
export interface Evidence {
  readonly group: string
  readonly nats: number
  readonly sentence: Sentence
}

/** The remainder of an area that rose with what one of its meters lost. */
export interface AreaRise {
  readonly powerW: number
  /** UTC seconds. */
  readonly knownAt: number
}

/** So many of its kind are company enough: a county of curing barns has thousands, and each would look at all others. */
export const MOST_KIN = 99

/** Whom an episode is about, with what the ledgers say of it. */
export interface Subject {
  readonly kind: 'usage-point' | 'area'
  readonly row: number
  readonly id: string
  /** Null for an area. */
  readonly category: Category | null
  readonly area: number
  readonly county: string
  readonly feeder: string
  readonly latitude: number
  readonly mines: readonly MineInSight[]
  readonly lawfulUses: readonly LawfulUse[]
  /** kW, NaN when unknown. */
  readonly contractKw: number
  /** What its meter reported, or the meters of the area. */
  readonly events: readonly ReportedEvent[]
}

/** Everything that is weighed about an episode at one of its standings. */
export interface Case {
  readonly subject: Subject
  readonly episode: Episode
  readonly standing: Standing
  /** Others of the same kind of load that began within days of this one: in its area, and elsewhere in its county and category, up to MOST_KIN. */
  readonly kinInArea: number
  readonly kinInCounty: number
  /** A metered load elsewhere that began with this remainder and is as large: its meter is booked on the wrong area. */
  readonly misbooked: string | null
  /** The rise of the area's remainder that began with this drop or repetition, null when none did. */
  readonly risen: AreaRise | null
  /** Usage points that fell silent together. */
  readonly silent: readonly string[]
  /** Local standard time minus UTC, seconds. */
  readonly localOffset: number
  /** Month (1–12) of the onset, local standard time. */
  readonly month: number
}

const NO_USES: readonly LawfulUse[] = []
const NOWHERE = ''

export function pointSubject(known: JudgedLedger, row: number, events: readonly ReportedEvent[]): Subject {
  const { usagePoints, areas, lawfulUses }: Ledger = known.ledger
  const area = usagePoints.area[row]
  return {
    kind: 'usage-point',
    row,
    id: usagePoints.id[row],
    category: CATEGORIES[usagePoints.category[row]] ?? null,
    area,
    county: area < areas.length ? areas.county[area] : NOWHERE,
    feeder: area < areas.length ? areas.feeder[area] : NOWHERE,
    latitude: usagePoints.latitude[row],
    mines: known.minesNearPoint(row),
    lawfulUses: lawfulUses.get(row) ?? NO_USES,
    contractKw: usagePoints.contractKw[row],
    events,
  }
}

export function areaSubject(known: JudgedLedger, row: number, events: readonly ReportedEvent[]): Subject {
  const { areas } = known.ledger
  return {
    kind: 'area',
    row,
    id: areas.id[row],
    category: null,
    area: row,
    county: areas.county[row],
    feeder: areas.feeder[row],
    latitude: areas.latitude[row],
    mines: known.minesNearArea(row),
    lawfulUses: NO_USES,
    contractKw: Number.NaN,
    events,
  }
}
