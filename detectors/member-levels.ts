/** The levels of an area's members on one open day, against what each counted before, suspect or not. */
import type { DayClock } from './day-clock.ts'
import { DAY_SUSPECT, type DayRecords, referenceOf } from './day-record.ts'
import type { IntervalWindow } from './interval-window.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import { measureDay } from './measure-day.ts'
import type { Levels } from './multiplier.ts'
import { WATTS } from './slot-code.ts'
import { midnightSlot } from './solar-night.ts'

export interface MemberLevels extends Levels {
  readonly row: number
  /** Usage point. */
  readonly id: string
}

export function* memberLevels(
  clock: DayClock,
  window: IntervalWindow,
  records: DayRecords,
  { memberStart, members, dead, ledger: { usagePoints } }: JudgedLedger,
  area: number,
  day: number,
): Iterable<MemberLevels> {
  for (const row of members.subarray(memberStart[area], memberStart[area + 1])) {
    const newest = window.newestDay(row)
    if (dead[row] === 1 || (day !== newest && day !== newest - 1)) continue
    const record = measureDay(window.slotsOf(row, day), midnightSlot(clock, usagePoints.longitude[row]))
    yield {
      row,
      id: usagePoints.id[row],
      floorW: WATTS[record.floor],
      nightW: WATTS[record.night],
      noonW: WATTS[record.noon],
      meanW: WATTS[record.mean],
      burstW: WATTS[record.burst],
      usual: {
        floor: referenceOf(records, row, day, 'floor', DAY_SUSPECT),
        night: referenceOf(records, row, day, 'night', DAY_SUSPECT),
        noon: referenceOf(records, row, day, 'noon', DAY_SUSPECT),
        mean: referenceOf(records, row, day, 'mean', DAY_SUSPECT),
        burst: referenceOf(records, row, day, 'burst', DAY_SUSPECT),
      },
    }
  }
}
