import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InstantReader } from '../../ingest/instant.ts'
import { TIME_AMBIGUOUS, TIME_NO_SUCH_DATE, TIME_SKIPPED, TIME_SYNTAX, TimeZone } from '../../ingest/time-zone.ts'

function read(text: string, zone = 'Asia/Shanghai'): number {
  const bytes = Buffer.from(`..${text}..`)
  return new InstantReader(new TimeZone(zone)).read(bytes, 2, bytes.length - 2)
}

const utc = (text: string) => Date.parse(text) / 1000

test.each([
  ['2026-11-24T00:00:00+08:00', '2026-11-23T16:00:00Z'],
  ['2026-11-24T00:00:00Z', '2026-11-24T00:00:00Z'],
  ['2026-11-24 00:15', '2026-11-23T16:15:00Z'],
  ['2026-11-24T00:15:30.750-0330', '2026-11-24T03:45:30Z'],
  ['2026-11-24t00:15:30+08', '2026-11-23T16:15:30Z'],
  ['2024-02-29T23:59:59', '2024-02-29T15:59:59Z'],
])('%s is %s', (text, expected) => {
  expect(read(text)).toBe(utc(expected))
})

test.each([
  ['2026-02-30T00:00:00', TIME_NO_SUCH_DATE],
  ['2025-02-29T00:00:00Z', TIME_NO_SUCH_DATE],
  ['2026-13-01T00:00:00Z', TIME_NO_SUCH_DATE],
  ['2026-01-01T24:00:00Z', TIME_NO_SUCH_DATE],
  ['1969-12-31T23:00:00Z', TIME_NO_SUCH_DATE],
  ['2026-11-24', TIME_SYNTAX],
  ['24/11/2026 00:00', TIME_SYNTAX],
  ['2026-11-24T00:00:00+8', TIME_SYNTAX],
  ['2026-11-24T00:00:00 CST', TIME_SYNTAX],
  ['2026-11-24T00:0a', TIME_SYNTAX],
])('%s is no time, and no other day is taken for it', (text, code) => {
  expect(read(text)).toBe(code)
})

test('every second from 1970 to 2099 is read as the calendar has it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: utc('2099-12-31T23:59:59Z') }), (seconds) => {
      expect(read(new Date(seconds * 1000).toISOString(), 'UTC')).toBe(seconds)
    }),
  )
})

test('a wall-clock time that comes twice or never is told, not guessed', () => {
  expect(read('2026-11-01T01:30:00', 'America/New_York')).toBe(TIME_AMBIGUOUS)
  expect(read('2026-03-08T02:30:00', 'America/New_York')).toBe(TIME_SKIPPED)
  expect(read('2026-03-08T03:00:00', 'America/New_York')).toBe(utc('2026-03-08T07:00:00Z'))
  expect(read('2026-11-01T02:00:00', 'America/New_York')).toBe(utc('2026-11-01T07:00:00Z'))
  const zone = new TimeZone('America/New_York')
  const local = utc('2026-11-01T01:30:00Z')
  expect([zone.toUtc(local, 'first'), zone.toUtc(local, 'second')]).toEqual([
    utc('2026-11-01T05:30:00Z'),
    utc('2026-11-01T06:30:00Z'),
  ])
})

test('China had summer time from 1986 to 1991', () => {
  expect(read('1988-07-01T00:00:00')).toBe(utc('1988-06-30T15:00:00Z'))
  expect(read('1992-07-01T00:00:00')).toBe(utc('1992-06-30T16:00:00Z'))
})

test('local to UTC and back is the same wall clock in zones with odd changes', () => {
  const zones = ['Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Sao_Paulo'].map(
    (name) => new TimeZone(name),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: utc('1990-01-01T00:00:00Z'), max: utc('2035-01-01T00:00:00Z') }),
      (zone, at) => {
        const local = at + zone.offsetAt(at)
        const back = zone.toUtc(local)
        if (back === TIME_AMBIGUOUS) expect([zone.toUtc(local, 'first'), zone.toUtc(local, 'second')]).toContain(at)
        else expect(back).toBe(at)
      },
    ),
    { numRuns: 500 },
  )
})
