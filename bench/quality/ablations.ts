import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'

/**
 * Settings for each detector under which it never speaks of a usage point; what floors decide for the others stays as it is. On areas'
 * remainders flat load and night surge have settings of their own (detectors/detector-set.ts) and go on.
 */
export const ABLATIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'flat load': { flatLoad: { spreads: 1e12, leastW: 1e12 } },
  'night surge': { nightSurge: { spreads: 1e12, leastUnderW: 1e12 } },
  'long run': { longRun: { leastSlots: 10_000 } },
  'furnace burst': { furnaceBurst: { leastSlots: 10_000 } },
  surplus: { surplus: { spreads: 1e12 } },
  'dead account': { deadAccount: { leastWh: 1e12 } },
  'metered drop': { meteredDrop: { leastUsualW: 1e12 } },
  'replayed profile': { replayedProfile: { leastW: 1e12 } },
  'joint silence': { jointSilence: { leastNights: 10_000 } },
}

export function writeSettings(directory: string, detectors: Readonly<Record<string, unknown>>): string {
  const file = join(directory, 'settings.yaml')
  writeFileSync(file, stringify({ detectors }))
  return file
}
