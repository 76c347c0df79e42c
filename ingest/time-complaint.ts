import { TIME_AMBIGUOUS, TIME_SKIPPED, TIME_SYNTAX } from './time-zone.ts'

/** Words for a negative TIME_* code: reason and remedy. */
export function timeComplaint(code: number, value: string): readonly [reason: string, remedy: string] {
  if (code === TIME_SYNTAX)
    return [
      `"${value}" is not an ISO 8601 time`,
      'write it as 2026-11-24T00:15:00+08:00, or without the offset in the configured time zone',
    ]
  if (code === TIME_AMBIGUOUS)
    return [`${value} comes twice on the day the clocks go back`, 'write the offset from UTC with the time']
  if (code === TIME_SKIPPED)
    return [
      `${value} never comes: the clocks go forward over it`,
      'write the offset from UTC with the time, or correct the time zone',
    ]
  return [`${value} is no date of the calendar (1970 to 2099)`, 'correct the date']
}
