import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Beginning, Beginnings, COMPANY_SECONDS } from '../../detectors/company.ts'
import { composeAlert, weigh } from '../../detectors/compose-alert.ts'
import { flatnessOf } from '../../detectors/day-detector.ts'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import { NO_AREA_DAY, withColdDay, withHotDay } from '../../detectors/episode.ts'
import { flatLoadLine } from '../../detectors/flat-load.ts'
import { bestInnocentExplanation } from '../../detectors/innocent-explanations.ts'
import { type Case, MOST_KIN } from '../../detectors/subject.ts'
import { weighEvidence } from '../../detectors/weigh-evidence.ts'
import { account, caseOf, episodeOf, RUN } from './case-of.ts'
import { FIRST_NOON } from './county.ts'

const config = DetectorsConfig.parse({})
const natsOf = (it: Case, group: string) => weighEvidence(it).find((evidence) => evidence.group === group)?.nats ?? 0

describe('flatness', () => {
  /** Readings of so many slots each, over a day. */
  const held = (readings: readonly number[], slots: number) =>
    Float64Array.from({ length: 96 }, (_, slot) => readings[Math.floor(slot / slots)])

  test('a compressor that comes and goes is as restless when it is read by the half-hour or the hour', () => {
    for (const slots of [1, 2, 4]) {
      const cycling = Array.from({ length: 96 / slots }, (_, i) => 10_000 + (i % 2 === 0 ? 900 : 0))
      expect(flatnessOf(held(cycling, slots), 0, 96, 10_000)).toBeCloseTo(0.09)
    }
  })

  test('holding readings over longer never makes what differs from reading to reading flat', () => {
    const readings = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 96, maxLength: 96 })
    fc.assert(
      fc.property(readings, fc.constantFrom(1, 2, 4), (steps, slots) => {
        let level = 5_000
        const differing = steps.map((step, i) => (level += i % 2 === 0 ? step : -step))
        expect(flatnessOf(held(differing, slots), 0, 96, 5_000)).toBeGreaterThan(0)
      }),
    )
  })
})

describe('a run of a shift', () => {
  const alertAfter = (days: number, tangent: number) => {
    const episode = episodeOf('long-run', days, { tangent })
    return composeAlert(account(), episode, (standing) => caseOf(episode, { standing, month: 4 }), config)
  }

  test('of a loaded motor at a home is told on its third day', () => {
    expect(alertAfter(2, 0.7)).toBeNull()
    expect(alertAfter(3, 0.7)).not.toBeNull()
  })

  test.each([
    ['lights and stoves', 0.4],
    ['a load of which no reactive energy is known', Number.NaN],
  ])('of %s may be two feasts, one after the other, until its sixth', (_, tangent) => {
    expect(alertAfter(5, tangent)).toBeNull()
    expect(alertAfter(6, tangent)).not.toBeNull()
  })
})

test('a furnace is told on less evidence than a motor, and on no less than its share of the line', () => {
  const told = (detector: string, raiseAt: number) => {
    const episode = episodeOf(detector, 5)
    const rules = { ...config, raiseAt }
    return composeAlert(account(), episode, (standing) => caseOf(episode, { standing }), rules) !== null
  }
  const strengthOf = (detector: string) => {
    const episode = episodeOf(detector, 5)
    return Math.max(...episode.standings.map((standing) => weigh(caseOf(episode, { standing }), config.calibration).strength))
  }
  for (const [detector, share] of [
    ['furnace-burst', config.furnaceShare],
    ['flat-load', 1],
  ] as const) {
    const line = strengthOf(detector) / share
    expect(told(detector, line - 0.001)).toBe(true)
    expect(told(detector, line + 0.002)).toBe(false)
  }
})

test('a direct meter of a small account cannot be booked with the ratio of a current transformer, but with a wrong unit', () => {
  const explained = (factor: number, contractKw: number) => {
    const episode = episodeOf('flat-load', 5)
    const standing = { ...episode.standings[4], factor }
    return bestInnocentExplanation(caseOf(episode, { standing, subject: account({ contractKw }) }))?.kind
  }
  expect(explained(60, 4)).not.toBe('wrong-multiplier')
  expect(explained(60, 50)).toBe('wrong-multiplier')
  expect(explained(60, Number.NaN)).toBe('wrong-multiplier')
  for (const unit of [10, 100, 1000]) expect(explained(unit, 4)).toBe('wrong-multiplier')
})

test('without reactive energy a burst is told by no evening hour, and may be a car or the works’ own machine', () => {
  const burst = (tangent: number) => caseOf(episodeOf('furnace-burst', 6, { startSlot: 30, endSlot: 36, tangent }))
  expect(natsOf(burst(0.45), 'hours')).toBeGreaterThan(0)
  expect(natsOf(burst(0.45), 'power-factor')).toBeGreaterThan(0)
  expect(natsOf(burst(Number.NaN), 'hours')).toBe(0)
  expect(natsOf(burst(Number.NaN), 'power-factor')).toBeLessThan(0)
  expect(natsOf(caseOf(episodeOf('flat-load', 6, { tangent: Number.NaN })), 'power-factor')).toBe(0)
})

describe('company', () => {
  const start = (id: number, more: Partial<Beginning> = {}): Beginning => ({
    ...{ subject: account({ row: id, id: `U${id}` }), detector: 'flat-load', onset: 1_000_000, powerW: 6_000 },
    episode: episodeOf('flat-load', 1),
    ...{ meanW: 6_000, knownAt: 1_000_000 },
    ...more,
  })

  test('one plant that is spread over the meters of an area keeps itself no company, neighbours a day later do', () => {
    const own = start(0)
    const starts = [own, start(1, { powerW: 6_400 }), start(2, { onset: 1_086_400 }), start(3, { powerW: 4_000 })]
    expect(new Beginnings(starts).companyOf(own).inArea).toHaveLength(2)
  })

  test('who keeps company is found wherever it lies in time, as by comparing everybody with everybody', () => {
    const drawn = fc.array(
      fc.record({
        area: fc.integer({ min: 0, max: 2 }),
        category: fc.constantFrom('agricultural' as const, 'residential' as const),
        detector: fc.constantFrom('flat-load', 'long-run', 'furnace-burst'),
        onset: fc.integer({ min: 0, max: 30 }).map((days) => 1_000_000 + days * 86_400),
        powerW: fc.integer({ min: 2, max: 12 }).map((kilowatts) => kilowatts * 1000),
      }),
      { minLength: 1, maxLength: 40 },
    )
    fc.assert(
      fc.property(drawn, (all) => {
        const starts = all.map(({ area, category, ...more }, id) =>
          start(id, { ...more, subject: account({ row: id, id: `U${id}`, area, category }) }),
        )
        const [own] = starts
        const near = starts.filter(
          (other) =>
            other !== own &&
            Math.abs(other.onset - own.onset) <= COMPANY_SECONDS &&
            other.subject.category === own.subject.category &&
            Math.max(other.powerW, own.powerW) <= 2.5 * Math.min(other.powerW, own.powerW),
        )
        const isFurnace = ({ detector }: Beginning) => detector === 'furnace-burst'
        const inArea = near.filter(
          (other) =>
            other.subject.area === own.subject.area &&
            isFurnace(other) === isFurnace(own) &&
            !(other.onset === own.onset && Math.abs(other.powerW - own.powerW) <= 0.15 * Math.max(other.powerW, own.powerW)),
        )
        const inCounty = near.filter((other) => other.subject.area !== own.subject.area && other.detector === own.detector)
        const company = new Beginnings(starts).companyOf(own)
        const sorted = (list: readonly Beginning[]) => list.map(({ onset }) => onset).sort((a, b) => a - b)
        expect(company.inArea).toEqual(sorted(inArea))
        expect(company.inCounty).toEqual(sorted(inCounty))
      }),
    )
  })

  test('a county of thousands that cure together is company enough at ninety-nine, and the sentence says so', () => {
    const starts = Array.from({ length: 3_000 }, (_, id) => start(id, { subject: account({ row: id, id: `U${id}`, area: id }) }))
    const { inCounty } = new Beginnings(starts).companyOf(starts[1_500])
    expect(inCounty).toHaveLength(MOST_KIN)
    const told = weighEvidence(caseOf(episodeOf('flat-load', 5), { kinInCounty: inCounty.length }))
    expect(told.find(({ group }) => group === 'company')?.sentence.en).toContain('99+ of its kind in the county')
  })

  test('however many begin in a county, a neighbour in the area says more', () => {
    const episode = episodeOf('flat-load', 5)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (kinInCounty) => {
        const county = natsOf(caseOf(episode, { kinInCounty }), 'company')
        expect(county).toBeGreaterThanOrEqual(-0.7)
        expect(natsOf(caseOf(episode, { kinInArea: 2 }), 'company')).toBeLessThan(county)
      }),
    )
  })
})

describe('look-alikes', () => {
  const explained = (it: Case) => bestInnocentExplanation(it) ?? { kind: 'none', likelihood: 0 }
  const farm = account({ category: 'agricultural' })

  test('what runs by the clock of a pond and again at noon is aerators, a pump that hides in the dark is not', () => {
    const pond = caseOf(episodeOf('night-surge', 5, { startSlot: 38, endSlot: 74, swings: 4 }), { subject: farm })
    const pump = caseOf(episodeOf('night-surge', 5, { startSlot: 30, endSlot: 66, swings: 2 }), { subject: farm })
    expect(explained(pond)).toMatchObject({ kind: 'aerators' })
    expect(weigh(pond, config.calibration).logOdds).toBeLessThan(weigh(pump, config.calibration).logOdds - 2)
    const small = caseOf(episodeOf('night-surge', 5, { startSlot: 38, endSlot: 74, swings: 4, powerW: 4_500 }), { subject: farm })
    expect(weigh(small, config.calibration).strength).toBeLessThan(config.raiseAt)
  })

  test('a farm’s pump that is on for days and off for days waters fields in the dry season, one that never stops does not', () => {
    const always = episodeOf('long-run', 5, { powerW: 8_000 })
    let torn = always
    for (let day = 1; day <= 3; day++) torn = withColdDay(torn, 0)
    const finding = { ...RUN, powerW: 8_000 }
    torn = withHotDay(torn, 109, finding, FIRST_NOON + 9 * 86_400, Number.NaN, NO_AREA_DAY)
    const watered = explained(caseOf(torn, { subject: farm, month: 1 }))
    expect(watered.kind).toBe('irrigation')
    expect(watered.likelihood).toBeGreaterThanOrEqual(0.6)
    expect(explained(caseOf(always, { subject: farm, month: 1 })).likelihood).toBeLessThan(0.3)
  })

  test('a farm’s next small motor says less than one as large as a plant’s, and the sentence says why', () => {
    const size = (kilowatts: number, subject = farm) =>
      weighEvidence(caseOf(episodeOf('flat-load', 5, { powerW: kilowatts * 1000 }), { subject })).find(
        ({ group }) => group === 'size',
      )
    const nats = (kilowatts: number, subject = farm) => size(kilowatts, subject)?.nats ?? Number.NaN
    expect(nats(4)).toBeLessThan(nats(6))
    expect(nats(6)).toBeLessThan(nats(8))
    expect(nats(8)).toBe(nats(8, account()))
    expect(nats(6, account())).toBe(nats(8, account()))
    expect(size(6)?.sentence.en).toContain('farm’s own fans')
  })

  test('in the curing season a load that stays level for days and stands alone is no barn; among neighbours it may be', () => {
    const level = episodeOf('flat-load', 6, { startSlot: 0, endSlot: 96, hours: 24, lift: 1 })
    const barn = (more: Partial<Case>) => explained(caseOf(level, { subject: farm, ...more }))
    expect(barn({}).kind).not.toBe('tobacco-barn')
    expect(barn({ subject: account() }).likelihood).toBeLessThan(0.08)
    expect(barn({ kinInArea: 2 })).toMatchObject({ kind: 'tobacco-barn' })
    expect(barn({ kinInArea: 2 }).likelihood).toBeGreaterThan(0.5)
  })

  test('a mill’s or a saw’s motor in bursts is no furnace', () => {
    const burst = (tangent: number, powerW = 8_000) =>
      natsOf(caseOf(episodeOf('furnace-burst', 6, { hours: 2, tangent, powerW })), 'power-factor')
    expect(burst(0.45)).toBeGreaterThan(0)
    expect(burst(1)).toBeLessThanOrEqual(-1.5)
    // capacitors take reactive power away, they add none
    expect(burst(1, 20_000)).toBeLessThanOrEqual(-1.5)
    expect(burst(0.1, 20_000)).toBeGreaterThan(-1)
  })

  test('carbon is carried to a furnace: its distance counts, while a pump must be reached by a cable that carries its power', () => {
    const reach = (detector: string, kilowatts: number, certainMeters: number) => {
      const shop = account({ category: 'commercial' })
      const subject = { ...shop, mines: shop.mines.map((site) => ({ ...site, certainMeters })) }
      return natsOf(caseOf(episodeOf(detector, 6, { powerW: kilowatts * 1000 }), { subject }), 'reach')
    }
    expect(reach('furnace-burst', 40, 2_000)).toBe(reach('furnace-burst', 12, 2_000))
    expect(reach('furnace-burst', 12, 6_000)).toBeLessThan(reach('furnace-burst', 12, 2_000) - 1)
    expect(reach('flat-load', 40, 2_000)).toBeLessThan(reach('flat-load', 12, 2_000) - 1)
  })

  test('bursts of twenty kilowatts at power factor 1 are a charging post at a shop, and none at home', () => {
    const burst = (category: 'commercial' | 'residential') =>
      explained(
        caseOf(episodeOf('furnace-burst', 6, { powerW: 20_000, tangent: 0.1, hours: 2 }), { subject: account({ category }) }),
      )
    expect(burst('commercial').kind).toBe('charging')
    expect(burst('residential').kind).not.toBe('charging')
  })

  test('a crusher that rattles beside its mill does not speak against the mill', () => {
    const rattling = (powerW: number) => natsOf(caseOf(episodeOf('night-surge', 6, { flatness: 0.09, powerW })), 'steadiness')
    expect(rattling(25_000)).toBeGreaterThan(0)
    expect(rattling(5_000)).toBeLessThan(0)
  })
})

describe('a small pump', () => {
  const lineOf = (maximumW: number) =>
    flatLoadLine(config.flatLoad, { days: 20, medianW: 150, spreadW: 40, maximumW, minimumW: 100, ordinaryMaximumW: maximumW })

  test('of two kilowatts is told where no floor came to one, and hides among machines', () => {
    expect(lineOf(400)).toBe(2_000)
    expect(lineOf(1_200)).toBe(3_000)
  })

  test('a cold store that is restless by the half-hour is one on an account of its own, on a shop it may be the shop', () => {
    const likelihood = (meanW: number) => {
      const episode = episodeOf('flat-load', 5, { flatness: 0.08, startSlot: 0, endSlot: 96, hours: 24 })
      const mean = { ...episode.usual.mean, medianW: meanW }
      const it = caseOf({ ...episode, usual: { ...episode.usual, mean } }, { subject: account({ category: 'commercial' }) })
      const found = bestInnocentExplanation(it)
      return found?.kind === 'cold-store' ? found.likelihood : 0
    }
    expect(likelihood(100)).toBeGreaterThan(likelihood(2_000))
  })
})
