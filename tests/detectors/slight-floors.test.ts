import { describe, expect, test } from 'vitest'
import { composeAlert } from '../../detectors/compose-alert.ts'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import { type Episode, NO_AREA_DAY, withHotDay } from '../../detectors/episode.ts'
import { factorWith } from '../../detectors/factor-beside.ts'
import { weighEvidence } from '../../detectors/weigh-evidence.ts'
import { account, caseOf, episodeOf, RUN } from './case-of.ts'
import { FIRST_NOON } from './county.ts'
import { type Load, play, withLoad } from './play.ts'

const config = DetectorsConfig.parse({})

describe('a floor that rose in a home', () => {
  const toldAfter = (days: number, powerW: number, tangent = Number.NaN) => {
    const episode = episodeOf('flat-load', days, { powerW, hours: 24, tangent })
    return composeAlert(account(), episode, (standing) => caseOf(episode, { standing }), config) !== null
  }

  test('by two kilowatts may be a meter that counts ten times: four days are waited', () => {
    expect(toldAfter(3, 2_200)).toBe(false)
    expect(toldAfter(4, 2_200)).toBe(true)
  })

  test('by the smallest motor of a plant is waited on for three', () => {
    expect(toldAfter(2, 2_200, 0.7)).toBe(false)
    expect(toldAfter(3, 2_200, 0.7)).toBe(true)
  })

  test('by more is told on the second day', () => {
    expect(toldAfter(2, 3_500)).toBe(true)
  })
})

describe('a factor beside', () => {
  /** Multiplied on every day. */
  const multiplied = (factor: number, days = 4): Episode => {
    let episode = episodeOf('furnace-burst', 1)
    for (let day = 1; day <= days; day++) {
      const at = FIRST_NOON + (day + 1) * 86_400
      episode = withHotDay(episode, 100 + day, { ...RUN, detector: 'furnace-burst' }, at, factor, NO_AREA_DAY)
    }
    return episode
  }
  /** A floor that knows no factor of its own. */
  const floorOf = (powerW: number, detector = 'flat-load') => episodeOf(detector, 5, { powerW, usualW: 200 })
  const factorOf = (floor: Episode, beside: Episode, more: Parameters<typeof account>[0] = {}, own: number | null = null) => {
    const standing = floor.standings[floor.standings.length - 1]
    return factorWith(account({ contractKw: 6, ...more }), [floor, { ...standing, factor: own }], [floor, beside])
  }

  test('explains a floor that is ten times the usual one', () => {
    expect(factorOf(floorOf(2_000), multiplied(10))).toBeCloseTo(10)
    // a meter without a current transformer cannot count twelve times: the floor was a little higher on those days
    expect(factorOf(floorOf(2_260), multiplied(10), {}, 12.3)).toBeCloseTo(10)
    expect(factorOf(floorOf(2_000), multiplied(10), {}, 5)).toBe(5)
  })

  test.each([
    ['a floor beyond what it makes of the usual one', floorOf(4_000), multiplied(10)],
    ['by a hundred: a home that counts so shows what a plant draws', floorOf(8_000), multiplied(100)],
    ['by less than one', floorOf(2_000), multiplied(0.1)],
    ['what was over before', { ...floorOf(2_000), onset: FIRST_NOON + 9 * 86_400 }, { ...multiplied(10), closedAt: FIRST_NOON }],
    ['tampering with the meter', floorOf(2_000, 'metered-drop'), multiplied(10)],
  ])('does not explain %s', (_, floor, beside) => {
    expect(factorOf(floor, beside)).toBeNull()
  })

  test('does not explain the remainder of an area', () => {
    expect(factorOf(floorOf(2_000), multiplied(10), { kind: 'area', category: null })).toBeNull()
  })
})

test('what a meter that counts ten times shows is not held to be above its contract', () => {
  const natsOf = (factor: number | null) => {
    const episode = episodeOf('furnace-burst', 5, { powerW: 16_000 })
    const standing = { ...episode.standings[4], factor }
    const found = weighEvidence(caseOf(episode, { standing, subject: account({ contractKw: 6 }) }))
    return found.find(({ group }) => group === 'account')?.nats ?? Number.NaN
  }
  expect(natsOf(null) - natsOf(10)).toBeCloseTo(1.2)
})

test('a home whose meter counts ten times is no plant when it begins to on the day on which the family leaves', () => {
  const family: Load = (day, hour, slot) => {
    const away = day >= 16 && day < 18
    const floorW = 250 + 30 * Math.sin(0.71 * slot * slot)
    return floorW + (!away && hour >= 6 && hour < 10 ? 1_500 + 400 * Math.sin(0.53 * slot * slot) : 0)
  }
  const tenfold: Load = (day, hour, slot) => (family(day, hour, slot) ?? 0) * (day >= 16 ? 10 : 1)
  expect(play({ days: 34, homes: [tenfold, () => 150] })).toEqual([])
})

test('a pump of two kilowatts in a home is told all the same', () => {
  const pump = withLoad(
    (_, hour) => 150 + (hour >= 6 && hour < 10 ? 900 : 0),
    2_400,
    (day) => day >= 16,
  )
  const alerts = play({ days: 26, homes: [pump, () => 150] })
  expect(alerts.map(({ subject, route }) => [subject.id, route])).toContainEqual(['U0', 'metered'])
})
