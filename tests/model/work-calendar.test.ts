import { expect, test } from 'vitest'
import {
  actsLike,
  CalendarConfig,
  isRestDay,
  isStoppage,
  NO_CALENDAR,
  workCalendar,
  yearsOfChina,
} from '../../model/work-calendar.ts'

const day = (date: string) => Date.parse(`${date}T00:00:00Z`) / 86_400_000
const china = workCalendar(CalendarConfig.parse({}), 'Asia/Shanghai')
/** Day modulo 7. */
const [THURSDAY, FRIDAY, SUNDAY, WEDNESDAY] = [0, 1, 3, 6]

test('2026 is as the State Council said: nine days of Spring Festival, six make-up working days', () => {
  const rests = (date: string) => isRestDay(china, day(date))
  expect(['2026-02-14', '2026-02-15', '2026-02-16', '2026-02-23', '2026-02-24', '2026-02-28', '2026-03-01'].map(rests)).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
    true,
  ])
  expect(china.work.filter((one) => one >= day('2026-01-01') && one < day('2027-01-01')).map(dateOf)).toEqual([
    '2026-01-04',
    '2026-02-14',
    '2026-02-28',
    '2026-05-09',
    '2026-09-20',
    '2026-10-10',
  ])
})

test('of the published years every make-up day is a weekend day, and as many weekdays rest as the law gives and the make-up days pay for', () => {
  for (const { year, provisional } of yearsOfChina()) {
    const within = (one: number) => dateOf(one).startsWith(String(year))
    const made = china.work.filter(within)
    expect(made.every((one) => [2, 3].includes(one % 7))).toBe(true)
    if (provisional) expect(made).toEqual([])
    // eleven statutory days until 2024, thirteen since; those on a weekend are paid for by a weekday, some years by none
    else expect(china.rest.filter(within).length - made.length).toBeGreaterThanOrEqual(year < 2025 ? 9 : 11)
  }
  expect(yearsOfChina().map(({ year }) => year)).toEqual([2023, 2024, 2025, 2026, 2027])
})

test('a holiday is worked like a Sunday, a make-up Sunday like a Wednesday, the day before a holiday like a Friday, all others like themselves', () => {
  expect(actsLike(china, day('2026-10-05'))).toBe(SUNDAY)
  expect(actsLike(china, day('2026-10-07'))).toBe(SUNDAY)
  expect(actsLike(china, day('2026-09-30'))).toBe(FRIDAY)
  expect(actsLike(china, day('2026-09-20'))).toBe(WEDNESDAY)
  expect(actsLike(china, day('2026-11-26'))).toBe(THURSDAY)
  for (let one = day('2026-11-02'); one < day('2026-12-01'); one++) expect(actsLike(china, one)).toBe(one % 7)
})

test('works stand still over Spring Festival by a season of its own, from 小年 to 正月初九', () => {
  expect(['2026-02-10', '2026-02-11', '2026-02-25', '2026-02-26'].map((date) => isStoppage(china, day(date)))).toEqual([
    false,
    true,
    true,
    false,
  ])
})

test('elsewhere there are weekends only, and a calendar may be empty', () => {
  expect(workCalendar(CalendarConfig.parse({}), 'America/Los_Angeles')).toEqual(NO_CALENDAR)
  const empty = workCalendar(CalendarConfig.parse({ base: 'none', weekend: [] }), 'Asia/Shanghai')
  expect(isRestDay(empty, day('2026-10-04'))).toBe(false)
  expect(actsLike({ ...empty, rest: [day('2026-10-05')] }, day('2026-10-05'))).toBe(-1)
})

test('the configuration is stronger than the base, and may bring another weekend', () => {
  const mended = workCalendar(
    CalendarConfig.parse({
      rest: ['2027-02-05/2027-02-11'],
      work: ['2026-10-07', '2027-02-13'],
      stoppages: ['2026-04-10/2026-04-20'],
    }),
    'Asia/Shanghai',
  )
  expect(['2027-02-11', '2026-10-07', '2027-02-13', '2026-10-06'].map((date) => isRestDay(mended, day(date)))).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect(isStoppage(mended, day('2026-04-15')) && isStoppage(mended, day('2026-02-17'))).toBe(true)
  const friday = workCalendar(CalendarConfig.parse({ weekend: ['friday', 'saturday'] }), 'Asia/Riyadh')
  expect(['2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29'].map((date) => isRestDay(friday, day(date)))).toEqual([
    false,
    true,
    true,
    false,
  ])
})

test.for([
  [{ rest: ['2026-02-30'] }, 'rest.0'],
  [{ rest: ['2026-2-3'] }, 'rest.0'],
  [{ work: ['2026-02-10', '2026-02-11/2026-02-01'] }, 'work.1'],
  [{ stoppages: ['2026-01-01/2026-12-31'] }, 'stoppages.0'],
  [{ rest: ['2026-10-01/2026-10-07'], work: ['2026-10-10', '2026-10-05'] }, 'work.1'],
  [{ weekend: ['Saturday'] }, 'weekend.0'],
  [{ holidays: [] }, ''],
] as const)('%j is refused at %s', ([config, path]) => {
  const result = CalendarConfig.safeParse(config)
  expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path])
})

function dateOf(one: number): string {
  return new Date(one * 86_400_000).toISOString().slice(0, 10)
}
