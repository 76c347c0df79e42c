import type { DayDetector } from './day-detector.ts'
import { deadAccount } from './dead-account.ts'
import type { DetectorsConfig } from './detectors-config.ts'
import { flatLoad } from './flat-load.ts'
import { furnaceBurst } from './furnace-burst.ts'
import { longRun } from './long-run.ts'
import { meteredDrop } from './metered-drop.ts'
import { nightSurge } from './night-surge.ts'
import type { PointDetectors } from './point-judge.ts'
import { replayedProfile } from './replayed-profile.ts'
import { surplus } from './surplus.ts'

/** Changes of the judging of an area's remainder against that of a meter: no host hides in it, and the offset is no level. */
export const AREA_FLAT = { leastDays: 3, leastW: 1_800, spreads: 4.5, share: 0, unsteadiness: 0.03, timesHighest: 1.05 }
const AREA_NIGHT = { leastDays: 3, leastW: 2_200, spreads: 4.5, unsteadiness: 0.035, timesHighest: 1.08 }

/** All that judge a usage point. */
export function pointDetectors(config: DetectorsConfig): PointDetectors {
  const live = [
    flatLoad(config.flatLoad),
    nightSurge(config.nightSurge),
    longRun(config.longRun),
    furnaceBurst(config.furnaceBurst),
    meteredDrop(config.meteredDrop),
    replayedProfile(config.replayedProfile),
  ]
  const burstW = Math.min(config.furnaceBurst.leastW, config.longRun.leastW)
  const floorW = Math.min(config.flatLoad.leastW, config.flatLoad.leastQuietW)
  const quiet = { floorW, nightW: config.nightSurge.leastW, burstW }
  return { live, dead: [deadAccount(config.deadAccount)], quiet }
}

/** All that judge the remainder of an area. */
export function areaDetectors(config: DetectorsConfig): readonly DayDetector[] {
  return [
    flatLoad({ ...config.flatLoad, ...AREA_FLAT }),
    nightSurge({ ...config.nightSurge, ...AREA_NIGHT }),
    surplus(config.surplus),
  ]
}
