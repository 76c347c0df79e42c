import { z } from 'zod'
import { CalibrationConfig } from './calibration.ts'
import { DeadAccountConfig } from './dead-account.ts'
import { FlatLoadConfig } from './flat-load.ts'
import { FurnaceBurstConfig } from './furnace-burst.ts'
import { JointSilenceConfig } from './joint-silence.ts'
import { LongRunConfig } from './long-run.ts'
import { MeteredDropConfig } from './metered-drop.ts'
import { NightSurgeConfig } from './night-surge.ts'
import { ReplayedProfileConfig } from './replayed-profile.ts'
import { SurplusConfig } from './surplus.ts'

/** The slot `detectors` of the configuration: every detector's own schema, joined. */
export const DetectorsConfig = z.strictObject({
  flatLoad: FlatLoadConfig.prefault({}),
  nightSurge: NightSurgeConfig.prefault({}),
  longRun: LongRunConfig.prefault({}),
  furnaceBurst: FurnaceBurstConfig.prefault({}),
  surplus: SurplusConfig.prefault({}),
  deadAccount: DeadAccountConfig.prefault({}),
  meteredDrop: MeteredDropConfig.prefault({}),
  replayedProfile: ReplayedProfileConfig.prefault({}),
  jointSilence: JointSilenceConfig.prefault({}),
  /** Judge only subjects with a mine this near (m): what lies farther cannot be fed at low voltage. */
  horizonMeters: z.number().positive().max(100_000).default(8_000),
  /** What the chances that are stated rest on; `adit calibrate` makes one from findings. */
  calibration: CalibrationConfig,
  /** Chance by the evidence alone from which an alert is raised: calibrating it changes what is said, not what is raised. */
  raiseAt: z.number().min(0).max(1).default(0.4),
  /** Of `raiseAt`, for a furnace: it burns a few evenings a week, and what betrays it gathers slowly. */
  furnaceShare: z.number().gt(0).max(1).default(0.75),
  /** Calibrated chance from which an alert is put on the work list: an inspection is worth it. */
  listFrom: z.number().min(0).max(1).default(0.45),
  /** Places on the work list of a week: how many an inspection team drives to. */
  weeklyBudget: z.int().positive().max(10_000).default(50),
  /** Share of those places for alerts that no rank would bring onto it, drawn by lot: what calibrating needs to know of them. */
  randomShare: z.number().min(0).max(0.5).default(0.04),
})
export type DetectorsConfig = z.output<typeof DetectorsConfig>
