/**
 * Days of judgement run from noon to noon of the territory's standard time, so that a night is never cut in two, and
 * have 96 quarter-hour slots: slot 0 starts at noon, slot 48 at midnight. No daylight saving: a day always has 96 slots.
 * Day d begins at noon of the local date that is d days after 1970-01-01.
 */
import { NO_CALENDAR, type WorkCalendar } from '../model/work-calendar.ts'

export const SLOTS = 96
export const SLOT_SECONDS = 900
const DAY_SECONDS = 86_400

export interface DayClock {
  /** Seconds to add to UTC so that a multiple of 86,400 is local noon. */
  readonly shift: number
  readonly calendar: WorkCalendar
}

/** The clock of a time zone by its standard offset: the smaller of those it has in January and July of `year`. */
export function dayClock(timeZone: string, calendar = NO_CALENDAR, year = 2026): DayClock {
  const offsets = [Date.UTC(year, 0, 15), Date.UTC(year, 6, 15)].map((at) => utcOffsetSeconds(timeZone, at))
  return { shift: Math.min(...offsets) - DAY_SECONDS / 2, calendar }
}

export function dayOf(clock: DayClock, utcSeconds: number): number {
  return Math.floor((utcSeconds + clock.shift) / DAY_SECONDS)
}

export function slotOf(clock: DayClock, utcSeconds: number): number {
  const local = utcSeconds + clock.shift
  return Math.floor((local - Math.floor(local / DAY_SECONDS) * DAY_SECONDS) / SLOT_SECONDS)
}

/** UTC seconds at which a slot of a day begins. */
export function slotStart(clock: DayClock, day: number, slot: number): number {
  return day * DAY_SECONDS + slot * SLOT_SECONDS - clock.shift
}

/** ISO 8601, UTC, whole seconds. */
export function instant(utcSeconds: number): string {
  return new Date(utcSeconds * 1000).toISOString().replace('.000', '')
}

function utcOffsetSeconds(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return (local - at) / 1000
}
