import { expect, test } from 'vitest'
import { type DayClock, dayOf } from '../../detectors/day-clock.ts'
import { DayRecords } from '../../detectors/day-record.ts'
import { DetectorBank } from '../../detectors/detector-bank.ts'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import { NO_CALENDAR, type WorkCalendar } from '../../model/work-calendar.ts'
import { CLOCK, FIRST_NOON, hamlet, verdictsOf } from './county.ts'
import { home, type Load, quarters, withLoad } from './play.ts'

const FIRST_DAY = dayOf(CLOCK, FIRST_NOON)
/** The works stand still from day 30 to day 44. */
const STOP = { from: 30, to: 45 }
const festival: WorkCalendar = { ...NO_CALENDAR, stoppages: [[FIRST_DAY + STOP.from, FIRST_DAY + STOP.to - 1]] }

function alertsOf(calendar: WorkCalendar, load: Load, days: number) {
  const clock: DayClock = { ...CLOCK, calendar }
  const ledger = hamlet(4)
  return verdictsOf(new DetectorBank(DetectorsConfig.parse({}), clock, ledger), quarters(days, [load, home, home, home]))
}

const wander = (slot: number, k: number) => {
  const value = Math.sin((slot + 1) * (k * 7.13 + 12.9898)) * 43_758.5453
  return value - Math.floor(value)
}
const rests = (day: number) => day >= STOP.from && day < STOP.to
const idle: Load = (_day, _hour, slot) => 400 * (0.8 + 0.4 * wander(slot, 2))
const works: readonly [string, Load][] = [
  ['works in three shifts', (day, _hour, slot) => 400 + 10_000 * (0.85 + 0.2 * wander(slot, 1) + 0.1 * wander(day, 5))],
  ['flat plant', (_day, _hour, slot) => 12_400 * (1 + 0.01 * wander(slot, 1))],
  ['restless plant', (day, hour, slot) => 6_500 + 30_000 * wander(hour < 12 ? day : day + 1, 3) * (0.6 + 0.4 * wander(slot, 1))],
  ['day shift', (_day, hour, slot) => (hour < 5 || hour >= 20 ? 9_000 * (0.6 + 0.5 * wander(slot, 1)) : 400)],
  ['night shift', (_day, hour, slot) => (hour >= 9 && hour < 20 ? 15_000 * (0.9 + 0.1 * wander(slot, 1)) : 400)],
  ['oven every third day', (day, hour) => (day % 3 === 0 && hour >= 6 && hour < 8 ? 20_000 : 400)],
]

test.for(works)('%s that stands still over Spring Festival raises nothing when it starts again', ([, load]) => {
  expect(alertsOf(festival, (day, hour, slot) => (rests(day) ? idle : load)(day, hour, slot), 85)).toEqual([])
})

test('a restless plant that stops four days before the season is not held against its own standstill when four of its days are over', () => {
  const [, plant] = works[2]
  const load: Load = (day, hour, slot) => (day >= STOP.from - 4 && day < STOP.to ? idle : plant)(day, hour, slot)
  expect(alertsOf(festival, load, 85)).toEqual([])
})

test('the same stop without a calendar is told from a new load no more: the days of the stop have become what is usual', () => {
  const [, load] = works[0]
  expect(alertsOf(NO_CALENDAR, (day, hour, slot) => (rests(day) ? idle : load)(day, hour, slot), 85)).not.toEqual([])
})

test('a pump that began before the festival and rested over it is alerted again within three days of its return', () => {
  const pump = withLoad(home, 9_000, (day) => day >= 10 && !rests(day))
  const alerts = alertsOf(festival, pump, 60).filter(({ subject }) => subject.id === 'U0')
  expect(alerts).toHaveLength(1)
  const reopened = alerts[0].history.find(({ change }) => change === 'reopened')
  const again = Date.parse(reopened?.at ?? '') / 1000
  expect(again).toBeLessThanOrEqual(FIRST_NOON + (STOP.to + 3) * 86_400)
})

// what a restless plant can do is not known from its first week
test.for(works.filter(([name]) => name !== 'restless plant'))(
  '%s whose readings begin in the season raises nothing when it starts again',
  ([, load]) => {
    const calendar: WorkCalendar = { ...NO_CALENDAR, stoppages: [[FIRST_DAY - 4, FIRST_DAY + 11]] }
    expect(alertsOf(calendar, (day, hour, slot) => (day < 12 ? idle : load)(day, hour, slot), 60)).toEqual([])
  },
)

test('days of the season are a measure for each other, and for others only where those are suspect', () => {
  const records = new DayRecords({ ...CLOCK, calendar: festival }, 1)
  const apart = (day: number) => [...records.apartOf(0, FIRST_DAY + day)].filter((flag) => flag === 1).length
  const record = {
    floor: 1,
    night: 1,
    noon: 1,
    burst: 1,
    evening: 1,
    mean: 1,
    nightTangent: 255,
    coverage: 96,
    dip: 0,
    swings: 0,
    tail: 0,
    print: 0,
  }
  const season = STOP.to - STOP.from
  for (let day = 20; day < 23; day++) records.set(0, FIRST_DAY + day, record, false)
  expect([apart(STOP.to - 1), apart(STOP.to)]).toEqual([0, season])
  records.set(0, FIRST_DAY + 24, record, true)
  expect([apart(STOP.to - 1), apart(STOP.to)]).toEqual([0, 0])
  records.set(0, FIRST_DAY + 23, record, false)
  expect([apart(STOP.to - 1), apart(STOP.to), apart(STOP.to + 1)]).toEqual([0, season, 0])
})

test('a pump that begins within the festival is found as on any other day', () => {
  const pump = withLoad(home, 9_000, (day) => day >= STOP.from + 3)
  const raised = (calendar: WorkCalendar) => alertsOf(calendar, pump, 50).map(({ id, raisedAt }) => [id, raisedAt])
  expect(raised(festival)).toEqual(raised(NO_CALENDAR))
  expect(raised(festival)).toHaveLength(1)
})

/** 2 March 2026, on which the first day begins, is a Monday. */
const isSunday = (date: number) => date % 7 === 6

/** A workshop that rests on Sundays and holidays. */
function workshop(isHoliday: (date: number) => boolean): Load {
  return (day, hour, slot) => {
    const date = hour < 12 ? day : day + 1
    const open = hour < 6 || hour >= 20
    return 500 + (open && !isSunday(date) && !isHoliday(date) ? 20_000 * (0.8 + 0.4 * wander(slot, 1)) : 100 * wander(slot, 2))
  }
}

test('a pump that begins when a works closes for a week of holidays is found within it: its noons are compared with those of Sundays', () => {
  const isHoliday = (date: number) => date >= 35 && date < 42
  const load = withLoad(workshop(isHoliday), 9_000, (day) => day >= 35)
  const found = (calendar: WorkCalendar) =>
    alertsOf(calendar, load, 52).map(({ route, raisedAt }) => ({
      route,
      days: Math.round((Date.parse(raisedAt) / 1000 - FIRST_NOON) / 86_400) - 35,
    }))
  const holidays = { ...NO_CALENDAR, rest: Array.from({ length: 7 }, (_, i) => FIRST_DAY + 35 + i) }
  expect(found(holidays)).toEqual([{ route: 'metered', days: 2 }])
  // against noons of working days a pump under a closed works looks like a machine that runs at night
  expect(found(NO_CALENDAR)).toContainEqual({ route: 'metered', days: 8 })
})

test('a works that rests on holidays and works the Sunday before instead raises nothing', () => {
  const madeUp = 34
  const isHoliday = (date: number) => date >= 36 && date < 40
  const load: Load = (day, hour, slot) => workshop(isHoliday)(day === madeUp ? day - 1 : day, hour, slot)
  const rest = [36, 37, 38, 39].map((date) => FIRST_DAY + date)
  expect(alertsOf({ ...NO_CALENDAR, rest, work: [FIRST_DAY + madeUp] }, load, 65)).toEqual([])
})
