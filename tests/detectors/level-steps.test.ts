import { describe, expect, test } from 'vitest'
import { beginEpisode, NO_AREA_DAY, type Standing, withHotDay } from '../../detectors/episode.ts'
import { caseOf, episodeOf, RUN } from './case-of.ts'
import { FIRST_NOON } from './county.ts'

/** How days of these levels (kW) stand at the end. */
function standingOf(kilowatts: readonly number[]): Standing {
  let episode = beginEpisode(RUN, 1, episodeOf('flat-load', 1).usual, FIRST_NOON)
  kilowatts.forEach((level, day) => {
    const finding = { ...RUN, powerW: level * 1000 }
    episode = withHotDay(episode, 100 + day, finding, FIRST_NOON + (day + 1) * 86_400, Number.NaN, NO_AREA_DAY)
  })
  return caseOf(episode).standing
}

describe('a load that is built up machine by machine', () => {
  test('is as large as its last step, and as restless as its steps', () => {
    const { levelW, stepSpread, levelSpread, powerW } = standingOf([4, 4.1, 3.9, 8, 8.2, 12.1])
    expect(levelW).toBeCloseTo(12_100)
    expect(stepSpread).toBeCloseTo(0.01216, 4)
    expect(levelSpread).toBeGreaterThan(0.4)
    expect(powerW).toBeCloseTo(6_716.7, 0)
  })

  test('once it has fallen, is its mean for good', () => {
    const fallen = standingOf([4, 8, 8, 4, 4.1, 4, 9])
    expect(fallen.levelW).toBeCloseTo(fallen.powerW)
    expect(fallen.stepSpread).toBeCloseTo(fallen.levelSpread)
  })

  test('that stands still is the same either way', () => {
    const still = standingOf([10, 10.3, 9.8, 10.1])
    expect(still.levelW).toBeCloseTo(still.powerW)
    expect(still.stepSpread).toBeCloseTo(still.levelSpread)
  })
})
