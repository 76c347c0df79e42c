/**
 * New connection: an account whose readings begin when those of its neighbours have long been there; before, it drew
 * nothing, and its load is compared with that. Neighbours are the other customers of its area, and most of them must have
 * begun before: meters of an area that are all read from one week on were there before, and nobody was connected. Their
 * transformer's own meter does not count (it is read years before its customers), nor does any meter elsewhere. An account
 * of no area is compared with its own days. Cannot tell: a meter whose readings of the first week are lost from an account
 * that was connected after it.
 */
import { NO_AREA } from '../model/ledger.ts'
import { type DayRecords, referenceOf } from './day-record.ts'
import type { IntervalWindow } from './interval-window.ts'
import type { JudgedLedger } from './judged-ledger.ts'

/** Days of its own after which a new account is compared with itself. */
export const NEW_DAYS = 3
/** An account that begins this many days after most of its neighbours is a new one. */
const NEW_AFTER_DAYS = 4

/** As far as the days before `day` tell: who begins later says nothing of it, or a verdict would depend on when it was reached. */
export function isNewConnection(known: JudgedLedger, window: IntervalWindow, row: number, day: number): boolean {
  const { ledger, memberStart, members } = known
  const area = ledger.usagePoints.area[row]
  if (area === NO_AREA) return false
  const began = window.firstDay(row)
  if (!beginsLate(window, row)) return false
  let earlier = 0
  let neighbours = 0
  for (let index = memberStart[area]; index < memberStart[area + 1]; index++) {
    const other = members[index]
    const first = window.firstDay(other)
    if (other === row || first === 0 || first >= day) continue
    neighbours++
    if (first + NEW_AFTER_DAYS < began) earlier++
  }
  return 2 * earlier > neighbours
}

/** Whether a day's verdict may still turn on neighbours whose first readings come late: of an account of few days that began after others. */
export function mayBecomeNew(records: DayRecords, window: IntervalWindow, row: number, day: number): boolean {
  return beginsLate(window, row) && referenceOf(records, row, day, 'floor').days < NEW_DAYS
}

function beginsLate(window: IntervalWindow, row: number): boolean {
  return window.firstDay(row) > window.earliestDay + NEW_AFTER_DAYS
}
