/**
 * Judges an area, or a usage point without one, again from everything that is stored of its meters: a bank of these rows
 * alone reads it in order of time, and what it then remembers takes the place of what was judged without the late readings.
 * The days that are open stay as they are, for a late reading is never of one. So what stands afterwards is what a fresh
 * run over all of the readings leaves, and doing it twice changes nothing.
 */
import type { Alert, Sentence } from '../model/alert.ts'
import { type AreaColumns, type Ledger, NO_AREA, type UsagePointColumns } from '../model/ledger.ts'
import { type ReadingBatch, ReadingBatchBuilder } from '../model/reading-batch.ts'
import { dayOf, instant, SLOTS, slotStart } from './day-clock.ts'
import { LOOK_BACK_DAYS } from './day-record.ts'
import { DetectorBank } from './detector-bank.ts'
import type { Episode } from './episode.ts'
import { localStart } from './interval-window.ts'
import type { JudgedKey } from './late-readings.ts'
import { lateCause } from './late-wording.ts'
import { withPartRows } from './part-counted.ts'
import { LONGEST_SHORT_SECONDS } from './short-intervals.ts'
import { rowsOf } from './tamper-events.ts'

/** Every value stored of usage point rows for starts in [from, to), UTC seconds, in order of start. */
export type StoredReadings = (usagePoints: readonly number[], from: number, to: number) => AsyncIterable<ReadingBatch>

export interface JudgedAgain {
  /** New, different, or taken back. */
  readonly alerts: readonly Alert[]
  readonly cause: Sentence
  /** ISO 8601: the end of the newest reading that was judged. */
  readonly at: string
}

/**
 * `key` is one of `bank.late.keys`. Call it between `judge` and `take`, when all that was taken is stored. Null, with
 * all verdicts left as they were, when the store does not hold what they rest on.
 */
export async function judgeAgain(bank: DetectorBank, key: JudgedKey, stored: StoredReadings): Promise<JudgedAgain | null> {
  const { known, clock, window, late } = bank
  const area = key < 0 ? -1 - key : NO_AREA
  const members = key < 0 ? rowsOf(known, area) : [key]
  const rows = members.filter((row) => window.newestDay(row) > 0).sort((a, b) => a - b)
  if (!rows.some((row) => late.columns.count[row] > 0)) {
    // its late usage points have come to another area
    late.clear(key, [])
    return null
  }
  const cause = lateCause(known.ledger.usagePoints.id, late.columns, rows, clock.shift + 43_200)
  const alone = await judgeAlone(bank, rows, area, stored)
  if (alone === null) {
    late.clear(key, rows)
    return null
  }
  return { alerts: bank.adopt(key, rows, alone), cause, at: instant(newestEnd(bank, rows)) }
}

/** What a bank of these rows alone makes of what is stored; null when that cannot be set against what was judged. */
async function judgeAlone(bank: DetectorBank, rows: readonly number[], area: number, stored: StoredReadings) {
  const { known, clock, window } = bank
  const firstDay = Math.min(...rows.map((row) => firstDayOf(bank, row)))
  const endDay = Math.max(...rows.map((row) => window.newestDay(row) + 1))
  const ledger = ledgerOf(known.ledger, rows, area)
  const begin = (): DetectorBank => {
    const alone = new DetectorBank(bank.config, clock, ledger)
    alone.points.forgotten = new Map()
    alone.areas.forgotten = new Map()
    return alone
  }
  const readings = () => stored(rows, slotStart(clock, firstDay, 0) - LONGEST_SHORT_SECONDS, slotStart(clock, endDay, 0))
  let alone = begin()
  await replay(bank, rows, firstDay, readings(), alone)
  const cut = rows.map((row, index) => (alone.window.firstDay(index) > window.firstDay(row) ? alone.window.firstDay(index) : 0))
  if (cut.some((day) => day > 0)) {
    alone = begin()
    if (!keepPast(bank, rows, area, Math.max(...cut), alone)) return null
    await replay(bank, rows, firstDay, readings(), alone)
  }
  return rows.every((row, index) => alone.window.newestDay(index) === window.newestDay(row)) ? alone : null
}

/**
 * The store begins on `day`, later than what was judged: what was over by then stays as it is. False when something is
 * open that began before, or so soon after that what was usual before it is gone.
 */
function keepPast(bank: DetectorBank, rows: readonly number[], area: number, day: number, alone: DetectorBank): boolean {
  const begin = slotStart(bank.clock, day, 0)
  const told = slotStart(bank.clock, day + LOOK_BACK_DAYS, 0)
  const keep = (episodes: readonly Episode[] | undefined, place: number, into: Map<number, readonly Episode[]>): boolean => {
    if (episodes?.some(({ onset, closedAt }) => closedAt === null && onset < told) === true) return false
    const over = (episodes ?? []).filter(({ closedAt }) => closedAt !== null && closedAt <= begin)
    if (over.length > 0) into.set(place, over)
    return true
  }
  for (const [index, row] of rows.entries()) {
    alone.window.beginsOn(index, bank.window.firstDay(row))
    if (!keep(bank.points.settled.get(row), index, alone.points.settled)) return false
  }
  const ofArea = bank.areas.settled.get(area)?.map((one) => withPartRows(one, (row) => rows.indexOf(row)))
  return keep(ofArea, 0, alone.areas.settled)
}

/** The first day of which there may be readings of a row. */
function firstDayOf({ window, late, clock }: DetectorBank, row: number): number {
  const first = window.firstDay(row)
  return late.columns.count[row] > 0 ? Math.min(first, dayOf(clock, late.columns.from[row])) : first
}

/** Lets `alone` take what is stored of the rows, up to the day that is the newest here: after a crash the store may be ahead. */
async function replay(
  { window, clock }: DetectorBank,
  rows: readonly number[],
  firstDay: number,
  readings: AsyncIterable<ReadingBatch>,
  alone: DetectorBank,
): Promise<void> {
  const places = new Map(rows.map((row, index) => [row, index]))
  const batch = new ReadingBatchBuilder()
  for await (const { columns, length } of readings) {
    const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, position } = columns
    batch.clear()
    for (let i = 0; i < length; i++) {
      const place = places.get(usagePoint[i])
      const local = localStart(start[i] + clock.shift, seconds[i] <= LONGEST_SHORT_SECONDS)
      const day = Math.floor(local / 86_400)
      if (place === undefined || day < firstDay || day > window.newestDay(usagePoint[i])) continue
      batch.add(place, start[i], seconds[i], energyWh[i], reactiveVarh[i], quality[i], flags[i], position[i])
    }
    alone.take(batch)
  }
  alone.judge()
}

/** Where the newest slot of any of the rows ends, UTC seconds. */
function newestEnd({ window, clock }: DetectorBank, rows: readonly number[]): number {
  let newest = 0
  for (const row of rows) {
    const day = window.newestDay(row)
    const slots = window.slotsOf(row, day)
    let end = SLOTS
    while (end > 0 && slots[end - 1] === 0) end--
    newest = Math.max(newest, slotStart(clock, day, end))
  }
  return newest
}

/** The ledger of these rows and their area alone, near the same mines. */
function ledgerOf(ledger: Ledger, rows: readonly number[], area: number): Ledger {
  const areas = area === NO_AREA ? [] : [area]
  return {
    version: ledger.version,
    usagePoints: usagePointsOf(ledger.usagePoints, rows),
    areas: areasOf(ledger.areas, areas),
    mines: ledger.mines,
    lawfulUses: new Map(),
    rowOfMeter: () => -1,
    rowOfMeterBytes: () => -1,
  }
}

function usagePointsOf(points: UsagePointColumns, rows: readonly number[]): UsagePointColumns {
  return {
    length: rows.length,
    id: rows.map((row) => points.id[row]),
    area: Uint32Array.from(rows, (row) => (points.area[row] === NO_AREA ? NO_AREA : 0)),
    category: Uint8Array.from(rows, (row) => points.category[row]),
    status: Uint8Array.from(rows, (row) => points.status[row]),
    role: Uint8Array.from(rows, (row) => points.role[row]),
    statusSince: Uint32Array.from(rows, (row) => points.statusSince[row]),
    latitude: Float64Array.from(rows, (row) => points.latitude[row]),
    longitude: Float64Array.from(rows, (row) => points.longitude[row]),
    uncertaintyMeters: Float32Array.from(rows, (row) => points.uncertaintyMeters[row]),
    contractKw: Float32Array.from(rows, (row) => points.contractKw[row]),
    ratio: Float32Array.from(rows, (row) => points.ratio[row]),
  }
}

function areasOf(areas: AreaColumns, rows: readonly number[]): AreaColumns {
  return {
    length: rows.length,
    id: rows.map((row) => areas.id[row]),
    feeder: rows.map((row) => areas.feeder[row]),
    county: rows.map((row) => areas.county[row]),
    latitude: Float64Array.from(rows, (row) => areas.latitude[row]),
    longitude: Float64Array.from(rows, (row) => areas.longitude[row]),
    capacityKva: Float32Array.from(rows, (row) => areas.capacityKva[row]),
    radiusMeters: Float32Array.from(rows, (row) => areas.radiusMeters[row]),
  }
}
