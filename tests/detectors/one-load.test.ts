/** A remainder and a meter elsewhere that take up the same power in the same hour: one load on the wrong books, or two by chance. */
import { expect, test } from 'vitest'
import { Random } from '../../fixtures/simulator/random.ts'
import type { Alert } from '../../model/alert.ts'
import { bankOf, FIRST_NOON, type Reading, verdictsOf } from './county.ts'
import { misbookedLedger, PER_AREA } from './misbooked.ts'
import { type Load, withLoad } from './play.ts'
import { disorder, intervals } from './streams.ts'
import { household } from './tampering.ts'

const DAYS = 26
const ONSET = 14
/** Of a flat load, before any evidence (detectors/compose-alert.ts). */
const PRIOR = -1.6
/** A customer of the second area, and the first area's own meter. */
const ELSEWHERE = PER_AREA + 1
const TOTAL = PER_AREA - 1

const started = (day: number, hour: number): boolean => day > ONSET || (day === ONSET && hour >= 3)
const pump = withLoad(household(ELSEWHERE), 6_000, started)
const steady: Load = (day, hour) => (started(day, hour) ? 6_000 : 0)
const growing: Load = (day, hour) => (started(day, hour) ? 6_000 + 2_000 * Math.min(5, day - ONSET) : 0)

test('a remainder that goes on with a meter elsewhere is told as that meter’s, and weighs five nats less', () => {
  const [alert] = ofArea(verdicts(quarters(steady, pump)))
  expect(alert.innocent?.kind).toBe('meter-on-wrong-area')
  expect(alert.logOdds).toBeCloseTo(PRIOR + alert.reasons.reduce((sum, { nats }) => sum + (nats ?? 0), 0) - 5, 2)
})

test('when that meter’s load grows later on, what comes on top is nobody’s tap either', () => {
  const later = ONSET + 7
  const grows = (base: Load): Load => withLoad(base, 4_000, (day) => day >= later)
  const onTop = (other: Load) =>
    ofArea(verdicts(quarters(grows(steady), other))).filter(
      ({ onset }) => Date.parse(onset) / 1000 >= FIRST_NOON + later * 86_400 - 3_600,
    )
  expect(onTop(grows(pump))).toEqual([])
  expect(onTop(household(ELSEWHERE))).toMatchObject([{ route: 'tapped' }])
})

test('a remainder that grows while the meter stays as it was is a tap, told within a week', () => {
  const [alert] = ofArea(verdicts(quarters(growing, pump)))
  expect(alert).toMatchObject({ route: 'tapped', clearedAt: null })
  expect(alert.innocent?.kind).not.toBe('meter-on-wrong-area')
  expect(Date.parse(alert.raisedAt) / 1000).toBeLessThanOrEqual(FIRST_NOON + (ONSET + 7) * 86_400)
})

test('a remainder that goes on after the meter elsewhere has stopped is a tap', () => {
  const stopped = withLoad(household(ELSEWHERE), 6_000, (day, hour) => started(day, hour) && day < ONSET + 3)
  const [alert] = ofArea(verdicts(quarters(steady, stopped)))
  expect(alert).toMatchObject({ route: 'tapped', clearedAt: null })
  expect(alert.innocent?.kind).not.toBe('meter-on-wrong-area')
})

test('that the other one grew is told, however late its readings come', () => {
  const until = ONSET + 6
  const grown = withLoad(pump, 16_000, (day) => day >= ONSET + 4)
  const batches = [...quarters(steady, grown, until)]
  const isLate = ({ row, start }: Reading) =>
    start >= FIRST_NOON + (until - 1.9) * 86_400 && Math.floor(row / PER_AREA) === Math.floor(ELSEWHERE / PER_AREA)
  const late = batches.flat().filter(isLate)
  const inTime = batches.map((readings) => readings.filter((reading) => !isLate(reading)))
  const parted = verdicts(batches)
  expect(ofArea(parted)[0].innocent?.kind).not.toBe('meter-on-wrong-area')
  expect(ofArea(verdicts(inTime))[0].innocent?.kind).toBe('meter-on-wrong-area')
  expect(JSON.stringify(verdicts([...inTime, ...intervals(late)]))).toBe(JSON.stringify(parted))
})

test('how the other one goes on is told in whatever order the readings come', () => {
  const batches = [...quarters(growing, pump)]
  const shuffled = disorder(batches.flat(), 700, new Random('one load'))
  expect(JSON.stringify(verdicts(shuffled))).toBe(JSON.stringify(verdicts(batches)))
})

function verdicts(batches: Iterable<readonly Reading[]>): Alert[] {
  return verdictsOf(bankOf(misbookedLedger()), batches)
}

function ofArea(alerts: readonly Alert[]): Alert[] {
  return alerts.filter(({ subject }) => subject.id === 'Z1')
}

/** Quarter-hours of three areas; `tap` is drawn past the meters of the first. */
function* quarters(tap: Load, other: Load, days = DAYS): Iterable<Reading[]> {
  for (let slot = 0; slot < days * 96; slot++) {
    const day = Math.floor(slot / 96)
    const hour = (slot % 96) / 4
    const start = FIRST_NOON + slot * 900
    const supplies = [150 + (tap(day, hour, slot) ?? 0), 150, 150]
    const readings: Reading[] = []
    const tell = (row: number, watts: number) => readings.push({ row, start, energyWh: watts / 4, quality: 0 })
    for (let row = 0; row < 3 * PER_AREA; row++) {
      if (row % PER_AREA === TOTAL) continue
      const watts = (row === ELSEWHERE ? other : household(row))(day, hour, slot) ?? 0
      supplies[Math.floor(row / PER_AREA)] += 1.02 * watts
      tell(row, watts)
    }
    supplies.forEach((watts, area) => {
      tell(area * PER_AREA + TOTAL, watts)
    })
    yield readings
  }
}
