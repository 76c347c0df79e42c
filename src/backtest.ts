/** Two configurations of the detectors over the same stored readings: one pass, two banks, each as `adit detect` judges. */
import type { DayClock } from '../detectors/day-clock.ts'
import { DetectorBank } from '../detectors/detector-bank.ts'
import type { DetectorsConfig } from '../detectors/detectors-config.ts'
import type { Alert } from '../model/alert.ts'
import type { EndDeviceEvent } from '../model/end-device-event.ts'
import type { Ledger } from '../model/ledger.ts'
import type { ReadingBatch } from '../model/reading-batch.ts'
import { ROLES } from '../model/usage-point.ts'
import { judgeBatch, ranked } from './judge-files.ts'
import type { ReadingHistory } from './stores/reading-store.ts'

export interface BacktestTask {
  readonly history: ReadingHistory
  readonly ledger: Ledger
  readonly clock: DayClock
  readonly configurations: readonly [DetectorsConfig, DetectorsConfig]
  /** The store has none; those from `to` on are not told. */
  readonly events: readonly EndDeviceEvent[]
  /** UTC seconds; -Infinity and Infinity when nothing was said. */
  readonly from: number
  readonly to: number
  /** `done` and `total` in seconds of event time. */
  readonly progress: (done: number, total: number, readings: number) => void
}

export interface Backtest {
  /** UTC seconds [from, to): alerts raised in between count. Readings are judged from `learnedFrom` on. */
  readonly from: number
  readonly to: number
  readonly learnedFrom: number
  /** Values judged, those of the time of learning included. */
  readonly readings: number
  /** Usage points with readings in the period, and their time from first to last reading; areas' own meters are left out. */
  readonly usagePoints: number
  readonly pointMonths: number
  /** Of each configuration, ranked, in order of raisedAt; those raised while learning too. */
  readonly alerts: readonly [readonly Alert[], readonly Alert[]]
}

/** Detectors remember 27 days of each point and what stood longer: from two months on they judge as if they had always run. */
const LEARNING_SECONDS = 60 * 86_400
export const MONTH_SECONDS = 30.44 * 86_400
const AREA_TOTAL = ROLES.indexOf('area-total')

/** Null when there are no readings in the period. */
export async function backtest(task: BacktestTask): Promise<Backtest | null> {
  const { history, ledger, clock, progress } = task
  const span = await history.span()
  if (span === null) return null
  const from = Math.max(task.from, span.from)
  const to = Math.min(task.to, span.to)
  const learnedFrom = Math.max(span.from, from - LEARNING_SECONDS)
  const sides = task.configurations.map((config) => ({
    bank: new DetectorBank(config, clock, ledger),
    alerts: new Map<string, Alert>(),
  }))
  const told = task.events.filter(({ at }) => at < to)
  for (const { bank } of sides) bank.takeEvents(told)
  const seen = new SeenPoints(ledger, from)
  let readings = 0
  for await (const batch of history.scan(learnedFrom, to)) {
    for (const { bank, alerts } of sides) judgeBatch(bank, batch, alerts)
    seen.note(batch)
    readings += batch.length
    progress(batch.columns.start[batch.length - 1] - learnedFrom, to - learnedFrom, readings)
  }
  const [a, b] = sides.map(({ bank, alerts }) => ranked(alerts, bank))
  const { usagePoints, months } = seen.total()
  return usagePoints === 0 ? null : { from, to, learnedFrom, readings, usagePoints, pointMonths: months, alerts: [a, b] }
}

/** When each usage point was first and last heard of in the period. */
class SeenPoints {
  readonly #ledger: Ledger
  readonly #from: number
  readonly #first: Uint32Array
  readonly #end: Uint32Array

  constructor(ledger: Ledger, from: number) {
    this.#ledger = ledger
    this.#from = from
    this.#first = new Uint32Array(ledger.usagePoints.length)
    this.#end = new Uint32Array(ledger.usagePoints.length)
  }

  /** Batches come in order of start. */
  note({ columns: { usagePoint, start, seconds }, length }: ReadingBatch): void {
    const first = this.#first
    const end = this.#end
    const from = this.#from
    for (let row = 0; row < length; row++) {
      if (start[row] < from) continue
      const point = usagePoint[row]
      if (first[point] === 0) first[point] = start[row]
      end[point] = start[row] + seconds[row]
    }
  }

  total(): { readonly usagePoints: number; readonly months: number } {
    const { role } = this.#ledger.usagePoints
    let usagePoints = 0
    let seconds = 0
    for (let row = 0; row < this.#first.length; row++) {
      if (this.#end[row] === 0 || role[row] === AREA_TOTAL) continue
      usagePoints++
      seconds += this.#end[row] - this.#first[row]
    }
    return { usagePoints, months: seconds / MONTH_SECONDS }
  }
}
