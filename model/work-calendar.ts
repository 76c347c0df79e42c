/**
 * Working days and rest days of a territory, and the seasons in which its works stand still. As data: mainland China's
 * lies in model/holidays-china.json, the configuration adds to it or replaces it. Without any, weekends alone rest.
 */
import { z } from 'zod'
import holidaysOfChina from './holidays-china.json' with { type: 'json' }

const WEEKDAYS = ['thursday', 'friday', 'saturday', 'sunday', 'monday', 'tuesday', 'wednesday'] as const
const WEEK = 7
const DAY_MS = 86_400_000
const LONGEST_SPAN = 100

const Span = z
  .string()
  .max(21)
  .refine((text) => daysOfSpan(text) !== null, {
    error: `must be a day such as 2027-02-05, or the first and last of up to ${LONGEST_SPAN} such as 2027-02-05/2027-02-11`,
  })
const Spans = z.array(Span).max(2_000).default([])

export const CalendarConfig = z
  .strictObject({
    /** Where to begin: china, none, or auto: china in the time zones of mainland China, else none. */
    base: z.enum(['auto', 'china', 'none']).default('auto'),
    /** Days of the week that rest. */
    weekend: z.array(z.enum(WEEKDAYS)).max(6).default(['saturday', 'sunday']),
    /** Further days that rest; stronger than the base. */
    rest: Spans,
    /** Further days that are worked, such as make-up days (调休); stronger than the base. */
    work: Spans,
    /** Seasons in which works stand still, besides those of the base: no measure for the days after them. */
    stoppages: Spans,
  })
  .superRefine(({ rest, work }, context) => {
    const resting = new Set(rest.flatMap((span) => daysOfSpan(span) ?? []))
    work.forEach((span, i) => {
      if (!(daysOfSpan(span) ?? []).some((day) => resting.has(day))) return
      context.addIssue({
        code: 'custom',
        path: ['work', i],
        message: 'is among the days of calendar.rest too: take it out of one',
      })
    })
  })
export type CalendarConfig = z.output<typeof CalendarConfig>

/** Days count from 1970-01-01, in local dates. Plain data: it is part of what a checkpoint was made with. */
export interface WorkCalendar {
  /** Weekdays that rest, day modulo 7. */
  readonly weekend: readonly number[]
  /** Days that are not what their weekday says. */
  readonly rest: readonly number[]
  readonly work: readonly number[]
  /** First and last days. */
  readonly stoppages: readonly (readonly [number, number])[]
}

export const NO_CALENDAR: WorkCalendar = { weekend: [2, 3], rest: [], work: [], stoppages: [] }

const ZONES_OF_CHINA = new Set([
  'Asia/Shanghai',
  'Asia/Urumqi',
  'Asia/Chongqing',
  'Asia/Chungking',
  'Asia/Harbin',
  'Asia/Kashgar',
  'PRC',
])

const Holidays = z.strictObject({
  about: z.string(),
  years: z.array(z.strictObject({ year: z.int(), provisional: z.boolean(), rest: Spans, work: Spans, stoppages: Spans })),
})

/** Years of the built-in calendar; those that are provisional lack what the State Council has not said yet. */
export function yearsOfChina(): z.output<typeof Holidays>['years'] {
  return Holidays.parse(holidaysOfChina).years
}

/** Whether the built-in calendar is the base. */
export function isOfChina({ base }: CalendarConfig, timeZone: string): boolean {
  return base === 'china' || (base === 'auto' && ZONES_OF_CHINA.has(timeZone))
}

export function workCalendar(config: CalendarConfig, timeZone: string): WorkCalendar {
  const kinds = new Map<number, 'rest' | 'work'>()
  const stoppages: [number, number][] = []
  for (const { rest, work, stoppages: seasons } of [...(isOfChina(config, timeZone) ? yearsOfChina() : []), config]) {
    for (const day of rest.flatMap((span) => daysOfSpan(span) ?? [])) kinds.set(day, 'rest')
    for (const day of work.flatMap((span) => daysOfSpan(span) ?? [])) kinds.set(day, 'work')
    for (const season of seasons) stoppages.push(boundsOf(season) ?? [0, 0])
  }
  const weekend = config.weekend.map((name) => WEEKDAYS.indexOf(name)).sort()
  const altered = [...kinds].filter(([day, kind]) => (kind === 'rest') !== weekend.includes(day % WEEK))
  const of = (kind: string) => altered.flatMap(([day, one]) => (one === kind ? [day] : [])).sort((a, b) => a - b)
  return { weekend, rest: of('rest'), work: of('work'), stoppages }
}

export function isRestDay({ weekend, rest, work }: WorkCalendar, day: number): boolean {
  return rest.includes(day) || (weekend.includes(day % WEEK) && !work.includes(day))
}

/**
 * The weekday (day modulo 7) whose noon-to-noon day, from noon of `day` to noon of the next, is worked as this one: its own
 * unless the calendar changed it; then the last weekend day for rest, the eve of the weekend for a working day before rest,
 * and one in mid-week between two working days. −1 when the week has none.
 */
export function actsLike(calendar: WorkCalendar, day: number): number {
  const rests = isRestDay(calendar, day)
  const restsAfter = isRestDay(calendar, day + 1)
  const weekday = day % WEEK
  const isWeekend = (one: number) => calendar.weekend.includes(one % WEEK)
  if (rests === isWeekend(weekday) && restsAfter === isWeekend(weekday + 1)) return weekday
  const last = WEEKDAYS.findIndex((_, one) => isWeekend(one) && !isWeekend(one + 1))
  if (rests) return last
  if (restsAfter) return WEEKDAYS.findIndex((_, one) => !isWeekend(one) && isWeekend(one + 1))
  return last < 0 ? weekday : (last + 3) % WEEK
}

/** Whether works stand still by the season. */
export function isStoppage({ stoppages }: WorkCalendar, day: number): boolean {
  return stoppages.some(([first, last]) => first <= day && day <= last)
}

function daysOfSpan(text: string): number[] | null {
  const bounds = boundsOf(text)
  return bounds === null ? null : Array.from({ length: bounds[1] - bounds[0] + 1 }, (_, i) => bounds[0] + i)
}

function boundsOf(text: string): [number, number] | null {
  const dates = text.split('/')
  if (dates.length > 2) return null
  const [first, last = first] = dates.map(dayNumber)
  if (first === null || last === null || last < first || last - first >= LONGEST_SPAN) return null
  return [first, last]
}

function dayNumber(date: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return null
  const at = Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date ? null : at / DAY_MS
}
