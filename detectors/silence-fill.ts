/** Measured values that came after their night was judged take the silence back: late is not silent (detectors/joint-silence.ts). */
import { NO_AREA } from '../model/ledger.ts'
import { FLAG_SPREAD, type ReadingBatch } from '../model/reading-batch.ts'
import { QUALITY_RANK } from '../model/reading-quality.ts'
import { type DayClock, dayOf, SLOT_SECONDS, slotOf } from './day-clock.ts'
import type { JointSilence } from './joint-silence.ts'
import type { JudgedLedger } from './judged-ledger.ts'

const NONE: ReadonlySet<number> = new Set()

/** The areas of which a silence was filled. */
export function fillSilences(
  silence: JointSilence,
  clock: DayClock,
  { ledger }: JudgedLedger,
  batch: ReadingBatch,
): ReadonlySet<number> {
  const { usagePoint, start, seconds, quality, flags } = batch.columns
  const { awaited } = silence
  let areas = NONE
  for (let i = 0; i < batch.length; i++) {
    const row = usagePoint[i]
    if (awaited[row] === 0 || (QUALITY_RANK[quality[i]] === 0 && (flags[i] & FLAG_SPREAD) === 0)) continue
    const area = ledger.usagePoints.area[row]
    if (area === NO_AREA) continue
    for (let at = start[i]; at < start[i] + seconds[i]; at += SLOT_SECONDS) {
      if (silence.fill(area, row, dayOf(clock, at), slotOf(clock, at))) areas = new Set([...areas, area])
    }
  }
  return areas
}
