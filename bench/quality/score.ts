/**
 * Judges a list of alerts against the truth of a world. An alert is right when its subject takes illegal power and had begun by the
 * time it was raised; an alert on the area of a tampered meter is right too, for the missing energy shows there. A site that
 * begins where such an alert stands is on the list from its beginning. A tap in an area that has no meter of its own, or where
 * some meter has not reported yet when it begins, is blind: it is counted as such, and not as missed.
 */
import type { Point, ScoredAlert, Site, WorldTruth } from './truth.ts'

/** Days within which each route is to be found. */
export const DAYS_ALLOWED: Readonly<Record<string, number>> = {
  revived: 1,
  tapped: 7,
  metered: 5,
  'night-mill': 21,
  smelting: 30,
  tampered: 30,
}
/** Alerts further from any mine than this do not count against a class. */
export const NEAR_METERS = 3000

export interface JudgedAlert {
  readonly alert: ScoredAlert
  /** What it is right about: all that take power at its subject and had begun. */
  readonly sites: readonly Site[]
  readonly right: boolean
  readonly point: Point | undefined
  readonly day: number
  readonly world: string
}

export interface FoundSite {
  readonly site: Site
  /** Days from the onset to the first right alert, and to the first with a rank; undefined when there is none. */
  readonly delay: number | undefined
  readonly listedDelay: number | undefined
  /** An alert stood on its subject, for another site, when it began. */
  readonly stood: boolean
  readonly probability: number
  readonly world: string
}

export interface Verdict {
  readonly alerts: readonly JudgedAlert[]
  readonly sites: readonly FoundSite[]
  /** Sites that no reading tells of. */
  readonly blind: number
  readonly points: readonly Point[]
  /** Days × points, by class, near mines. */
  readonly pointMonths: Readonly<Record<string, number>>
  readonly subjects: number
}

export function judge(truth: WorldTruth, alerts: readonly ScoredAlert[]): Verdict {
  const start = Date.parse(truth.start)
  const points = new Map(truth.points.map((point) => [point.id, point]))
  const areas = new Map(truth.areas.map((area) => [area.id, area]))
  const visible = truth.sites.filter((site) => site.route !== 'tapped' || isBalanced(areas.get(site.area), site.onset))
  const sites = new Map<string, Site[]>()
  for (const site of truth.sites) {
    push(sites, `${site.kind}:${site.id}`, site)
    if (site.route === 'tampered') push(sites, `area:${site.area}`, site)
  }
  const judged = alerts.map((alert): JudgedAlert => {
    const raised = Date.parse(alert.raisedAt)
    const begun = (sites.get(`${alert.subject.kind}:${alert.subject.id}`) ?? []).filter((s) => Date.parse(s.onset) <= raised)
    return {
      alert,
      sites: begun,
      right: begun.length > 0,
      point: points.get(alert.subject.id),
      day: (raised - start) / 86_400_000,
      world: truth.seed,
    }
  })
  return {
    alerts: judged,
    sites: visible.map((site) => find(site, judged, truth.seed)),
    blind: truth.sites.length - visible.length,
    points: truth.points,
    pointMonths: countMonths(truth),
    subjects: truth.points.length + truth.areas.length,
  }
}

function isBalanced(area: WorldTruth['areas'][number] | undefined, onset: string): boolean {
  if (area === undefined || !area.totalMeter) return false
  return area.completeFrom === undefined || Date.parse(area.completeFrom) <= Date.parse(onset)
}

function push(map: Map<string, Site[]>, key: string, site: Site): void {
  map.set(key, [...(map.get(key) ?? []), site])
}

function find(site: Site, judged: readonly JudgedAlert[], world: string): FoundSite {
  const onset = Date.parse(site.onset)
  const mine = judged.filter((one) => one.sites.includes(site))
  const standing = judged.filter(
    ({ alert, sites }) =>
      sites.length > 0 &&
      !sites.includes(site) &&
      alert.subject.kind === site.kind &&
      alert.subject.id === site.id &&
      Date.parse(alert.raisedAt) <= onset &&
      (alert.clearedAt === null || Date.parse(alert.clearedAt) > onset),
  )
  const delayOf = (some: readonly JudgedAlert[]): number | undefined =>
    some.length === 0
      ? undefined
      : Math.max(0, Math.min(...some.map((one) => (Date.parse(one.alert.raisedAt) - onset) / 86_400_000)))
  const found = [...mine, ...standing]
  return {
    site,
    delay: delayOf(found),
    listedDelay: delayOf(found.filter((one) => one.alert.rank !== null)),
    stood: standing.length > 0,
    probability: Math.max(0, ...found.map((one) => one.alert.probability)),
    world,
  }
}

function countMonths(truth: WorldTruth): Record<string, number> {
  const months: Record<string, number> = { home: 0, business: 0, industry: 0 }
  for (const point of truth.points) {
    if (point.mineMeters <= NEAR_METERS) months[point.class] = (months[point.class] ?? 0) + truth.days / 30.44
  }
  return months
}

/** Several worlds as one. */
export function join(verdicts: readonly Verdict[]): Verdict {
  const pointMonths: Record<string, number> = {}
  for (const verdict of verdicts) {
    for (const [key, months] of Object.entries(verdict.pointMonths)) pointMonths[key] = (pointMonths[key] ?? 0) + months
  }
  return {
    alerts: verdicts.flatMap((verdict) => verdict.alerts),
    sites: verdicts.flatMap((verdict) => verdict.sites),
    blind: verdicts.reduce((sum, verdict) => sum + verdict.blind, 0),
    points: verdicts.flatMap((verdict) => verdict.points),
    pointMonths,
    subjects: verdicts.reduce((sum, verdict) => sum + verdict.subjects, 0),
  }
}

/**
 * Area under the precision-recall curve over subjects, each by its highest probability; a site never alerted is never recalled, and
 * two of one subject are one.
 */
export function averagePrecision({ alerts, sites }: Verdict): number {
  const best = new Map<string, { probability: number; right: boolean }>()
  // what is right about a site that is not to be found is neither a hit nor a mistake
  const wantedKeys = new Set(sites.filter(({ stood }) => !stood).map(({ site, world }) => `${world}/site/${site.site}`))
  for (const { alert, sites: found, right, world } of alerts) {
    const keys = found.map(({ site }) => `${world}/site/${site}`).filter((key) => wantedKeys.has(key))
    for (const key of right ? keys : [`${world}/${alert.subject.kind}/${alert.subject.id}`]) {
      const known = best.get(key)
      if (!known || alert.probability > known.probability) best.set(key, { probability: alert.probability, right })
    }
  }
  const wanted = wantedKeys.size
  const byProbability = [...best.values()].sort((a, b) => b.probability - a.probability)
  let right = 0
  let seen = 0
  let area = 0
  for (let i = 0; i < byProbability.length; ) {
    const { probability } = byProbability[i] ?? { probability: 0 }
    let rightHere = 0
    for (; i < byProbability.length && byProbability[i]?.probability === probability; i++) {
      seen++
      if (byProbability[i]?.right) rightHere++
    }
    right += rightHere
    area += (rightHere / wanted) * (right / seen)
  }
  return wanted === 0 ? Number.NaN : area
}

/** Share of right ones among the 50 best-ranked raised in each week of each world, and how many that were. */
export function precisionAt50({ alerts }: Verdict): { right: number; listed: number } {
  const weeks = new Map<string, JudgedAlert[]>()
  for (const one of alerts) {
    if (one.alert.rank === null) continue
    const key = `${one.world}/${Math.floor(one.day / 7)}`
    weeks.set(key, [...(weeks.get(key) ?? []), one])
  }
  let right = 0
  let listed = 0
  for (const week of weeks.values()) {
    week.sort((a, b) => (a.alert.rank ?? 0) - (b.alert.rank ?? 0) || b.alert.probability - a.alert.probability)
    for (const { right: isRight } of week.slice(0, 50)) {
      listed++
      if (isRight) right++
    }
  }
  return { right, listed }
}
