/** One day of one subject as the detectors look at it; what few of them ask for is worked out when one does. */
import type { DayClock } from './day-clock.ts'
import type { DayView, Usual } from './day-detector.ts'
import { type DayRecord, type DayRecords, LEVEL, RING_DAYS } from './day-record.ts'
import { envelopeToday, lastNoons, leastOf } from './floor-envelope.ts'
import { WATTS } from './slot-code.ts'
import { midnightSlot, type Night, nightOf } from './solar-night.ts'

/** One day of a subject, ready to be judged. */
export interface SubjectDay {
  readonly row: number
  readonly day: number
  readonly latitude: number
  readonly longitude: number
  readonly watts: Float64Array
  readonly tangent: Float64Array
  readonly record: Readonly<DayRecord>
  /** detectors/new-connection.ts; this and what follows is asked for only when it counts. */
  readonly newConnection: boolean
  /** Slots up to this one (exclusive) can have readings: 96 for a closed day. */
  readonly until: number
  /** DayView.repeats and DayView.pieceOf. */
  readonly repeats: number | null
  readonly pieceOf: number | null
  /** Rise of an area's mean supply over the usual, W; NaN unknown. */
  readonly supplyRiseW?: number
  /** Of an area: the level (W) of nothing unexplained. What is usual below it is no level that a load could rise from. */
  readonly nothingW?: number
}

export class SubjectView implements DayView {
  readonly day: number
  readonly watts: Float64Array
  readonly tangent: Float64Array
  readonly floorW: number
  readonly leastW: number
  readonly nightW: number
  readonly noonW: number
  readonly burstW: number
  readonly eveningW: number
  readonly meanW: number
  readonly swings: number
  readonly usual: Usual
  readonly #clock: DayClock
  readonly #records: DayRecords
  readonly #subject: SubjectDay
  #night: Night | undefined
  #noonsW: readonly number[] | undefined

  constructor(clock: DayClock, records: DayRecords, subject: SubjectDay, usual: Usual) {
    const { day, watts, tangent, record } = subject
    this.day = day
    this.watts = watts
    this.tangent = tangent
    this.floorW = WATTS[record.floor]
    this.leastW = WATTS[leastOf(record)]
    this.nightW = WATTS[record.night]
    this.noonW = WATTS[record.noon]
    this.burstW = WATTS[record.burst]
    this.eveningW = WATTS[record.evening]
    this.meanW = WATTS[record.mean]
    this.swings = record.swings
    this.usual = usual
    this.#clock = clock
    this.#records = records
    this.#subject = subject
  }

  get before(): DayView['before'] {
    const { row, day } = this.#subject
    const at = row * RING_DAYS + ((day - 1) % RING_DAYS)
    const { coverage, burst } = this.#records.columns
    if (coverage[at] === 0) return { tail: 0, burstW: 0 }
    return { tail: this.#records.tailOf(row, day - 1), burstW: WATTS[burst[at] & LEVEL] }
  }

  get night(): Night {
    const { day, latitude, longitude } = this.#subject
    this.#night ??= nightOf(this.#clock, day, latitude, longitude)
    return this.#night
  }

  get midnight(): number {
    return midnightSlot(this.#clock, this.#subject.longitude)
  }

  get leastEnvelopeW(): number {
    const { row, day, record } = this.#subject
    return envelopeToday(this.#records, row, day, 'least', record)
  }

  get nightEnvelopeW(): number {
    const { row, day, record } = this.#subject
    return envelopeToday(this.#records, row, day, 'night', record)
  }

  get noonsW(): readonly number[] {
    const { row, day, record } = this.#subject
    this.#noonsW ??= lastNoons(this.#records, row, day, record)
    return this.#noonsW
  }

  get like(): Int8Array {
    return this.#records.calendarOf(this.day).like
  }

  get repeats(): number | null {
    return this.#subject.repeats
  }

  get pieceOf(): number | null {
    return this.#subject.pieceOf
  }
}
