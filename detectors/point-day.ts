/** One day of a usage point, ready to be judged. Whether it is new, and what of it was there before, is looked up when it counts. */
import { SLOTS } from './day-clock.ts'
import type { DayRecord, DayRecords } from './day-record.ts'
import type { Episode } from './episode.ts'
import type { IntervalWindow } from './interval-window.ts'
import type { JudgedLedger } from './judged-ledger.ts'
import { isNewConnection } from './new-connection.ts'
import { pieceOf, repeatsOf } from './replayed-profile.ts'
import type { SubjectDay } from './subject-view.ts'

export interface PointDayParts {
  readonly known: JudgedLedger
  readonly window: IntervalWindow
  readonly records: DayRecords
  readonly watts: Float64Array
  readonly tangent: Float64Array
  readonly record: Readonly<DayRecord>
  /** Of the row, before the day. */
  readonly episodes: readonly Episode[]
}

export class PointDay implements SubjectDay {
  readonly row: number
  readonly day: number
  readonly latitude: number
  readonly longitude: number
  readonly watts: Float64Array
  readonly tangent: Float64Array
  readonly record: Readonly<DayRecord>
  readonly until = SLOTS
  readonly #parts: PointDayParts

  constructor(row: number, day: number, parts: PointDayParts) {
    const { latitude, longitude } = parts.known.ledger.usagePoints
    this.row = row
    this.day = day
    this.latitude = latitude[row]
    this.longitude = longitude[row]
    this.watts = parts.watts
    this.tangent = parts.tangent
    this.record = parts.record
    this.#parts = parts
  }

  get newConnection(): boolean {
    const { known, window } = this.#parts
    return isNewConnection(known, window, this.row, this.day)
  }

  get repeats(): number | null {
    const { known, window, records, record } = this.#parts
    if (known.dead[this.row] === 1) return null
    return repeatsOf(records, this.row, this.day, record, window.measuredOn(this.row, this.day))
  }

  get pieceOf(): number | null {
    const { known, records, record, episodes } = this.#parts
    if (known.dead[this.row] === 1) return null
    return pieceOf(records, this.row, this.day, record.print, episodes.some(isOpenReplay))
  }
}

function isOpenReplay({ detector, closedAt }: Episode): boolean {
  return detector === 'replayed-profile' && closedAt === null
}
