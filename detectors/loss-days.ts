/** What the days of an area told of its line loss and its supply (detectors/area-balance.ts), by area and day like the day records. */
import { type LoadLoss, type LoadLossField, learntLoss, usualOf } from './area-balance.ts'
import { LOOK_BACK_DAYS, RING_DAYS } from './day-record.ts'

const UNKNOWN_LOSS: LoadLoss = { share: Number.NaN, ohmic: Number.NaN, highW: Number.NaN, lowW: Number.NaN }

export class LossDays {
  /** Columns by name, for a checkpoint; NaN where unknown. */
  readonly state: Readonly<Record<LoadLossField | 'meanW', Float32Array>>

  constructor(areas: number) {
    const column = () => new Float32Array(areas * RING_DAYS).fill(Number.NaN)
    this.state = { share: column(), ohmic: column(), highW: column(), lowW: column(), meanW: column() }
  }

  /** Loss by the load as the days before `day` tell it. */
  learntBefore(area: number, day: number): LoadLoss {
    const { share, ohmic, highW, lowW } = this.state
    const days = placesBefore(area, day).map((at) => ({ share: share[at], ohmic: ohmic[at], highW: highW[at], lowW: lowW[at] }))
    return learntLoss(days)
  }

  /** Usual mean supply, W. */
  usualSupplyW(area: number, day: number): number {
    const means = placesBefore(area, day).map((at) => this.state.meanW[at])
    return usualOf(means.filter((value) => !Number.isNaN(value)))
  }

  /** `loss` null: the day says nothing of what is usual. */
  keep(area: number, day: number, loss: LoadLoss | null, meanSupplyW: number): void {
    const at = area * RING_DAYS + (day % RING_DAYS)
    const { share, ohmic, highW, lowW } = loss ?? UNKNOWN_LOSS
    this.state.share[at] = share
    this.state.ohmic[at] = ohmic
    this.state.highW[at] = highW
    this.state.lowW[at] = lowW
    this.state.meanW[at] = loss === null ? Number.NaN : meanSupplyW
  }

  /** Forgets days in (from, to]. */
  forget(area: number, from: number, to: number): void {
    for (let day = Math.max(from + 1, to - RING_DAYS + 1); day <= to; day++) this.keep(area, day, null, Number.NaN)
  }
}

function placesBefore(area: number, day: number): number[] {
  return Array.from({ length: LOOK_BACK_DAYS }, (_, i) => area * RING_DAYS + ((day - 1 - i) % RING_DAYS))
}
