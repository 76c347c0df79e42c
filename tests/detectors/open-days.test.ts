/** An open day that nothing was held against is not judged over and over; what it was judged by may still change. */
import { expect, test } from 'vitest'
import { RING_DAYS } from '../../detectors/day-record.ts'
import { DetectorBank } from '../../detectors/detector-bank.ts'
import type { Ledger } from '../../model/ledger.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { bankOf, FIRST_NOON, hamlet, type Reading, verdictsOf } from './county.ts'
import { home, type Load, quarters, withLoad } from './play.ts'
import { household } from './tampering.ts'

const DAY = 86_400
const NEIGHBOURS = [1, 2, 3, 4, 5, 6].map(household)
const pump = withLoad(home, 7_500, () => true)
const dayOf = ({ start }: Reading) => Math.floor((start - FIRST_NOON) / DAY)

function* inQuarters(readings: readonly Reading[]): Iterable<readonly Reading[]> {
  const byStart = Map.groupBy(readings, ({ start }) => start)
  for (const start of [...byStart.keys()].sort((a, b) => a - b)) yield byStart.get(start) ?? []
}

test('a day that was clear is judged again when the day before it is corrected', () => {
  const ledger = hamlet(1)
  const readings = [...quarters(6, [pump])].flat().filter(({ row }) => row === 0)
  // the first day was counted thirtyfold, as is told when the second is over: only then does the pump stand out on that one
  const wrong = readings.map((reading) => (dayOf(reading) === 0 ? { ...reading, quality: 8 } : reading))
  const right = readings.filter((reading) => dayOf(reading) === 0).map((reading) => ({ ...reading, energyWh: 60 }))
  const early = wrong.filter((reading) => dayOf(reading) <= 1)
  const late = wrong.filter((reading) => dayOf(reading) > 1)
  const corrected = verdictsOf(bankOf(ledger), [...inQuarters(early), right, ...inQuarters(late)])
  const known = verdictsOf(bankOf(ledger), [right, ...inQuarters(wrong.filter((reading) => dayOf(reading) > 0))])
  expect(known.map(({ onset }) => onset)).toEqual(['2026-03-03T04:00:00Z'])
  expect(corrected).toEqual(known)
})

test('an account is new also when the first readings of its neighbours come after its own days were judged', () => {
  const ledger = hamlet(1 + NEIGHBOURS.length)
  const readings = [...quarters(14, [pump, ...NEIGHBOURS])].flat()
  const account = readings.filter((reading) => reading.row === 0 && dayOf(reading) >= 8)
  const others = readings.filter(({ row }) => row > 0)
  const inTime = verdictsOf(bankOf(ledger), inQuarters([...account, ...others]))
  const isEarly = (reading: Reading) => dayOf(reading) < 10 && reading.start < FIRST_NOON + 9.5 * DAY
  const late = verdictsOf(bankOf(ledger), [
    ...inQuarters(account.filter(isEarly)),
    ...inQuarters(others.filter(isEarly)),
    ...inQuarters([...account, ...others].filter((reading) => !isEarly(reading))),
  ])
  expect(inTime.map(({ subject, onset }) => [subject.id, onset])).toEqual([['U0', '2026-03-10T04:00:00Z']])
  expect(late).toEqual(inTime)
})

test('an account is new also to a service that was started again before it was connected', () => {
  const ledger = hamlet(1 + NEIGHBOURS.length)
  const readings = [...quarters(20, [pump, ...NEIGHBOURS])].flat().filter((reading) => reading.row > 0 || dayOf(reading) >= 8)
  const first = bankOf(ledger)
  verdictsOf(first, inQuarters(readings.filter((reading) => dayOf(reading) < 6)))
  const parts = first.snapshot()
  const second = new DetectorBank(first.config, first.clock, ledger)
  second.restore((name) => {
    const part = parts.get(name)
    return part === undefined ? undefined : bytesOf(part).slice()
  })
  const alerts = verdictsOf(second, inQuarters(readings.filter((reading) => dayOf(reading) >= 6)))
  expect(alerts.map(({ subject }) => subject.id)).toEqual(['U0'])
})

test('a day that was clear by the night of a wrong place is judged again by that of the right one', () => {
  const evenings: Load = withLoad(home, 18_000, (_day, hour) => hour >= 5 && hour < 7)
  const mill: Load = withLoad(evenings, 21_000, (day, hour) => day >= 8 && hour >= 10 && hour < 18)
  const readings = [...quarters(14, [mill])].flat().filter(({ row }) => row === 0)
  const right = hamlet(1)
  const bank = bankOf({ ...atLongitude(right, 170), version: 1 })
  verdictsOf(bank, inQuarters(readings.filter((reading) => dayOf(reading) < 9)))
  expect(bank.points.standing.get(0) ?? []).toEqual([])
  bank.swapLedger({ ...right, version: 2 })
  const alerts = verdictsOf(bank, inQuarters(readings.filter((reading) => dayOf(reading) >= 9)))
  expect(alerts.map(({ onset }) => onset.slice(0, 10))).toEqual(['2026-03-10'])
})

test('half a day before days of silence is kept for what is usual, whatever the days before it were', () => {
  const bank = bankOf(hamlet(1))
  const works: Load = (day, hour, slot) =>
    day === 6 && hour >= 14 ? null : day > 6 && day < 9 ? null : 4_000 + (home(day, hour, slot) ?? 0)
  verdictsOf(bank, inQuarters([...quarters(10, [works])].flat().filter(({ row }) => row === 0)))
  const { coverage } = bank.points.records.columns
  const first = bank.window.firstDay(0)
  expect([5, 6, 7].map((day) => coverage[(first + day) % RING_DAYS])).toEqual([96, 56, 0])
})

function atLongitude(ledger: Ledger, degrees: number): Ledger {
  const { usagePoints } = ledger
  return { ...ledger, usagePoints: { ...usagePoints, longitude: usagePoints.longitude.map(() => degrees) } }
}
