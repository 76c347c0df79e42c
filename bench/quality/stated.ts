/** Stated against achieved precision of the work lists: what each week's list said at its end, and what it says now that all is known. */
import { expectedPrecision } from '../../detectors/expected-precision.ts'
import { table } from './report.ts'
import type { JudgedAlert, Verdict } from './score.ts'

const DAY_MS = 86_400_000

interface WeekOfList {
  readonly world: string
  readonly chances: readonly number[]
  readonly right: number
}

export interface StatedRules {
  /** How far one county's chances lie from another's, log-odds. */
  readonly spread: number
  /** Chance from which an alert is listed. */
  readonly listFrom: number
}

/** Two sides, each with the precision that was stated and what the list held. */
export function statedTable(verdict: Verdict, { spread, listFrom }: StatedRules): string[] {
  const then = listedWeeks(verdict, (one) => {
    const until = Date.parse(one.alert.raisedAt) + (7 - (one.day % 7)) * DAY_MS
    const known = one.alert.history?.filter(({ at }) => Date.parse(at) <= until).map(({ probability }) => probability) ?? []
    return Math.max(...known) >= listFrom ? (known.at(-1) ?? null) : null
  })
  const now = listedWeeks(verdict, ({ alert }) => alert.probability)
  const worlds = [...new Set(now.map(({ world }) => world))]
  if (worlds.length === 0) return []
  const sides = (world?: string) =>
    [then, now].flatMap((weeks) =>
      cells(
        weeks.filter((week) => world === undefined || week.world === world),
        spread,
      ),
    )
  return [
    '',
    ...table([
      [
        'work lists',
        'at the week’s end',
        'stated',
        'achieved',
        'within interval',
        'at last',
        'stated',
        'achieved',
        'within interval',
      ],
      ...(worlds.length > 1 ? worlds.map((world) => [world, ...sides(world)]) : []),
      ['together', ...sides()],
    ]),
  ]
}

function cells(weeks: readonly WeekOfList[], spread: number): string[] {
  const chances = weeks.flatMap((week) => week.chances)
  const percent = (sum: number): string => `${((100 * sum) / chances.length).toFixed(1)} %`
  const held = weeks.filter((week) => {
    const stated = expectedPrecision(week.chances, spread)
    const share = week.right / week.chances.length
    return stated !== null && share >= stated.low - 1e-3 && share <= stated.high + 1e-3
  })
  return [
    String(chances.length),
    percent(chances.reduce((sum, chance) => sum + chance, 0)),
    percent(weeks.reduce((sum, { right }) => sum + right, 0)),
    `${held.length} of ${weeks.length}`,
  ]
}

/** By week of the world; an alert whose chance is null was not on the list. */
function listedWeeks({ alerts }: Verdict, chanceOf: (one: JudgedAlert) => number | null): WeekOfList[] {
  const weeks = new Map<string, { world: string; chances: number[]; right: number }>()
  for (const one of alerts) {
    const chance = one.alert.rank === null ? null : chanceOf(one)
    if (chance === null) continue
    const key = `${one.world}/${Math.floor(one.day / 7)}`
    const week = weeks.get(key) ?? { world: one.world, chances: [], right: 0 }
    weeks.set(key, week)
    week.chances.push(chance)
    if (one.right) week.right++
  }
  return [...weeks.values()]
}
