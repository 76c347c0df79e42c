import type { SuspectDay } from '../../detectors/signatures/match-day.ts'
import { slotCode, tangentOf, wattsOf } from '../../detectors/slot-code.ts'
import type { SignatureDay } from '../../fixtures/signatures/days.ts'
import { metered } from '../../fixtures/signatures/machine.ts'

/** Evening of a January day in Dehong to its morning: the sun sets at 18:50 and rises at 8:00. */
const NIGHT = { from: 28, to: 80 }

/** The day as the detectors have it: what the meter's codes keep of it, on a host that draws nothing. */
export function suspectDay({ levelW, minutes }: SignatureDay): SuspectDay {
  const { watts, tangent } = metered(minutes)
  const codes = watts.map((value, slot) => slotCode(value, tangent[slot] * value))
  return {
    watts: Float64Array.from(codes, wattsOf),
    tangent: Float64Array.from(codes, tangentOf),
    night: NIGHT,
    baseW: 0,
    unrestW: 0,
    baseVars: [0, 0],
    levelW,
    from: 0,
    to: 96,
    reachW: 0,
  }
}
