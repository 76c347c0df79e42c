import type { DayFinding } from '../../detectors/day-detector.ts'
import type { Reference } from '../../detectors/day-record.ts'
import { beginEpisode, type Episode, NO_AREA_DAY, withHotDay } from '../../detectors/episode.ts'
import type { Case, Subject } from '../../detectors/subject.ts'
import { FIRST_NOON } from './county.ts'

const DAY = 86_400
const QUIET: Reference = { days: 20, medianW: 200, spreadW: 50, maximumW: 400, minimumW: 100, ordinaryMaximumW: 350 }

/** An account beside an unsealed mine, at home when nothing else is said. */
export function account(more: Partial<Subject> = {}): Subject {
  const mine = {
    mine: 'M1',
    name: '河西金矿',
    kind: 'policy-closed' as const,
    county: '示范县',
    latitude: 24.5,
    longitude: 98.5,
    datum: 'WGS84' as const,
    uncertaintyMeters: 50,
    openings: 2,
    sealing: 'unsealed' as const,
    town: null,
    responsible: null,
    supervisor: null,
    closedOn: null,
  }
  return {
    kind: 'usage-point',
    row: 0,
    id: 'U0',
    category: 'residential',
    area: 0,
    county: '示范县',
    feeder: 'F1',
    latitude: 24.5,
    mines: [{ mine, distanceMeters: 700, certainMeters: 600 }],
    lawfulUses: [],
    contractKw: Number.NaN,
    events: [],
    ...more,
  }
}

/** Ten hours of a loaded motor. */
export const RUN: DayFinding = {
  detector: 'long-run',
  startSlot: 32,
  endSlot: 72,
  hours: 10,
  powerW: 8_000,
  energyWh: 80_000,
  flatness: 0.02,
  tangent: 0.7,
  swings: 2,
  surprise: 20,
  usualW: 200,
  lift: Number.NaN,
}

/** A load that was found on so many days in a row, the same every day. */
export function episodeOf(detector: string, days: number, more: Partial<DayFinding> = {}): Episode {
  const finding = { ...RUN, detector, ...more }
  const envelope = { medianW: 150, highestW: 300, rangeW: 150 }
  const usual = {
    ...{ floor: QUIET, night: QUIET, noon: QUIET, burst: { ...QUIET, medianW: 1_500 }, evening: QUIET, mean: QUIET },
    ...{ leastEnvelope: envelope, nightEnvelope: envelope, noonsW: [], nightVars: 50 },
  }
  let episode = beginEpisode(finding, 1, usual, FIRST_NOON + finding.startSlot * 900)
  for (let day = 0; day < days; day++) {
    episode = withHotDay(episode, 100 + day, finding, FIRST_NOON + (day + 1) * DAY, Number.NaN, NO_AREA_DAY)
  }
  return episode
}

export function caseOf(episode: Episode, more: Partial<Case> = {}): Case {
  const standing = episode.standings.at(-1)
  if (standing === undefined) throw new Error('an episode of no days')
  return {
    ...{ subject: account(), episode, standing, kinInArea: 0, kinInCounty: 0, misbooked: null, risen: null },
    ...{ silent: [], localOffset: 28_800, month: 8 },
    ...more,
  }
}
