import {
  averagePrecision,
  DAYS_ALLOWED,
  type FoundSite,
  type JudgedAlert,
  NEAR_METERS,
  precisionAt50,
  type Verdict,
} from './score.ts'

/** The report as text; `list` adds every missed site and the worst false alerts. */
export function reportText(verdict: Verdict, list: boolean): string {
  return [
    ...headline(verdict),
    ...recallTable(verdict),
    ...falseAlertTable(verdict),
    ...lookAlikeTable(verdict),
    ...reliabilityTable(verdict),
    ...(list ? misses(verdict) : []),
  ].join('\n')
}

function headline(verdict: Verdict): string[] {
  const { right, listed } = precisionAt50(verdict)
  const rightAll = verdict.alerts.filter((one) => one.right).length
  return [
    `average precision ${averagePrecision(verdict).toFixed(3)}   precision@50/week ${percent(right, listed)} (${right} of ${listed} listed)   ` +
      `all alerts ${percent(rightAll, verdict.alerts.length)} right (${rightAll} of ${verdict.alerts.length}); ${verdict.sites.length} sites, ${verdict.blind} more that no reading tells of, ${verdict.subjects} subjects`,
  ]
}

/** Pumps, agitators and adsorption columns that run round the clock: what the five days of `metered` are asked of, from LEAST_METERED_KW on. */
const ROUND_THE_CLOCK: ReadonlySet<string> = new Set(['groundwater-yard', 'leach-plant'])
const BY_TURNS: ReadonlySet<string> = new Set(['day-mask', 'partly-generator'])
const LEAST_METERED_KW = 5.5

function isRoundTheClock({ site }: FoundSite): boolean {
  return ROUND_THE_CLOCK.has(site.scenario) && !BY_TURNS.has(site.knob) && site.kw >= LEAST_METERED_KW
}

function recallTable({ sites }: Verdict): string[] {
  const rows = [['route', 'sites', 'in time', 'ever', 'listed in time', 'median days', 'p90 days', 'mean p']]
  const routes = Object.entries(DAYS_ALLOWED).map(([route, days]) => ({
    name: route,
    days,
    here: sites.filter(({ site }) => site.route === route),
  }))
  const metered = routes.findIndex(({ name }) => name === 'metered')
  const lasting = routes[metered].here.filter(isRoundTheClock)
  routes.splice(metered + 1, 0, { ...routes[metered], name: `… ${LEAST_METERED_KW} kW all day`, here: lasting })
  for (const { name, days, here } of routes) {
    if (here.length === 0) continue
    const delays = here.flatMap(({ delay }) => (delay === undefined ? [] : [delay])).sort((a, b) => a - b)
    const inTime = here.filter(({ delay }) => delay !== undefined && delay <= days).length
    const listed = here.filter(({ listedDelay }) => listedDelay !== undefined && listedDelay <= days).length
    rows.push([
      `${name} ≤ ${days} d`,
      String(here.length),
      percent(inTime, here.length),
      percent(delays.length, here.length),
      percent(listed, here.length),
      quantile(delays, 0.5),
      quantile(delays, 0.9),
      (here.reduce((sum, one) => sum + one.probability, 0) / here.length).toFixed(2),
    ])
  }
  return ['', ...table(rows)]
}

function falseAlertTable({ alerts, pointMonths }: Verdict): string[] {
  const rows = [
    [`false alerts per 1,000 point-months within ${NEAR_METERS / 1000} km`, 'all', 'p ≥ 0.5', 'listed', 'point-months'],
  ]
  for (const [pointClass, months] of Object.entries(pointMonths)) {
    const wrong = alerts.filter((one) => !one.right && one.point?.class === pointClass && one.point.mineMeters <= NEAR_METERS)
    const rate = (some: readonly JudgedAlert[]): string => ((1000 * some.length) / months).toFixed(2)
    rows.push([
      pointClass,
      rate(wrong),
      rate(wrong.filter((one) => one.alert.probability >= 0.5)),
      rate(wrong.filter((one) => one.alert.rank !== null)),
      months.toFixed(0),
    ])
  }
  const areas = alerts.filter((one) => !one.right && one.alert.subject.kind === 'area')
  rows.push(['areas (count)', String(areas.length), String(areas.filter((one) => one.alert.probability >= 0.5).length), '', ''])
  return ['', ...table(rows)]
}

/** At the probability that still recalls 90 % of the metered sites that can be recalled. */
function lookAlikeTable({ alerts, points, sites }: Verdict): string[] {
  const metered = sites.filter(({ site }) => site.route === 'metered').map(({ probability }) => probability)
  const threshold = metered.sort((a, b) => b - a)[Math.ceil(metered.length * 0.9) - 1] ?? 0
  const kinds = [...new Set(points.filter((point) => point.lookAlike).map((point) => point.kind))].sort()
  const rows = [['look-alike', 'points', 'alerted', 'listed', `p ≥ ${threshold.toFixed(2)} (90 % of metered)`]]
  for (const kind of kinds) {
    const here = points.filter((point) => point.lookAlike && point.kind === kind)
    const share = (keep: (one: JudgedAlert) => boolean): string => {
      const alerted = new Set(
        alerts
          .filter((one) => !one.right && one.point?.kind === kind && keep(one))
          .map((one) => `${one.world}/${one.alert.subject.id}`),
      )
      return percent(alerted.size, here.length)
    }
    rows.push([
      kind,
      String(here.length),
      share(() => true),
      share((one) => one.alert.rank !== null),
      share((one) => one.alert.probability >= threshold),
    ])
  }
  return ['', ...table(rows)]
}

function reliabilityTable({ alerts }: Verdict): string[] {
  const edges = [0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0001]
  const rows = [['stated probability', 'alerts', 'mean stated', 'achieved']]
  for (let i = 0; i + 1 < edges.length; i++) {
    const low = edges[i] ?? 0
    const high = edges[i + 1] ?? 1
    const here = alerts.filter(({ alert }) => alert.probability >= low && alert.probability < high)
    if (here.length === 0) continue
    const mean = here.reduce((sum, { alert }) => sum + alert.probability, 0) / here.length
    rows.push([
      `${low}–${Math.min(1, high)}`,
      String(here.length),
      mean.toFixed(2),
      percent(here.filter((one) => one.right).length, here.length),
    ])
  }
  return ['', ...table(rows)]
}

function misses({ sites, alerts }: Verdict): string[] {
  const missed = sites
    .filter(({ site, delay }) => delay === undefined || delay > (DAYS_ALLOWED[site.route] ?? 30))
    .map(({ site, delay, world }) => [
      world,
      site.id,
      site.route,
      site.scenario,
      site.knob,
      `${site.kw} kW`,
      site.onset,
      `${((Date.parse(site.stop) - Date.parse(site.onset)) / 86_400_000).toFixed(1)} d`,
      delay === undefined ? 'never' : `${delay.toFixed(1)} d`,
    ])
  const wrong = alerts
    .filter((one) => !one.right)
    .sort((a, b) => b.alert.probability - a.alert.probability)
    .slice(0, 60)
    .map(({ alert, point, world }) => [
      world,
      alert.subject.id,
      alert.route,
      alert.probability.toFixed(2),
      String(alert.rank ?? '-'),
      alert.raisedAt,
      point ? `${point.kind}${point.starts ? ` since ${point.starts}` : ''}` : 'area',
      point ? `${point.mineMeters} m` : '',
    ])
  return [
    '',
    ...table([['world', 'late or missed', 'route', 'scenario', 'knob', 'power', 'onset', 'lasts', 'delay'], ...missed]),
    '',
    ...table([['world', 'false alert', 'route', 'p', 'rank', 'raised', 'kind', 'mine at'], ...wrong]),
  ]
}

/** Days that a site counts which nobody tells of, or later. */
const MISSED_DAYS = 30

export const COMPARISON_HEADER = [
  'judge',
  'AP',
  'p@50',
  ...Object.keys(DAYS_ALLOWED),
  'mean days',
  'false/1,000: home',
  'business',
  'industry',
  'areas',
]

/** One line a judge: recall in time by route, days from onset to alert over all sites (one that is missed counts 30), false alerts by class. */
export function comparisonRow(judge: string, verdict: Verdict): string[] {
  const { right, listed } = precisionAt50(verdict)
  const recall = Object.entries(DAYS_ALLOWED).map(([route, days]) => {
    const here = verdict.sites.filter(({ site }) => site.route === route)
    return percent(here.filter(({ delay }) => delay !== undefined && delay <= days).length, here.length)
  })
  const waited = verdict.sites.reduce((sum, { delay }) => sum + Math.min(MISSED_DAYS, delay ?? MISSED_DAYS), 0)
  const meanDays = (waited / Math.max(1, verdict.sites.length)).toFixed(2)
  const wrong = Object.entries(verdict.pointMonths).map(([pointClass, months]) => {
    const count = verdict.alerts.filter(
      (one) => !one.right && one.point?.class === pointClass && one.point.mineMeters <= NEAR_METERS,
    ).length
    return ((1000 * count) / months).toFixed(1)
  })
  const areas = verdict.alerts.filter((one) => !one.right && one.alert.subject.kind === 'area').length
  return [judge, averagePrecision(verdict).toFixed(3), percent(right, listed), ...recall, meanDays, ...wrong, String(areas)]
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`
}

function quantile(sorted: readonly number[], q: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
  return value === undefined ? '–' : value.toFixed(1)
}

/** Columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((wide, row) => row.map((cell, i) => Math.max(cell.length, wide[i] ?? 0)), [])
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
