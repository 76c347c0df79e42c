import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayOf } from '../../detectors/day-clock.ts'
import type { DetectorBank } from '../../detectors/detector-bank.ts'
import { observabilityOf } from '../../detectors/observability.ts'
import { SupplyMap } from '../../detectors/supply-map.ts'
import { SupplyWatch } from '../../detectors/supply-watch.ts'
import type { Ledger } from '../../model/ledger.ts'
import type { Observability } from '../../model/observability.ts'
import { bankOf, batchOf, CLOCK, FAR_DEGREES, FIRST_NOON, hamlet } from './county.ts'
import { withHomesFarAway, withMeterAt, withoutTotal } from './hamlet-variants.ts'
import { home, type Load, quarters, withLoad } from './play.ts'

const HOMES = 4
const homes: Load[] = [home, home, home, home]

describe('the class of a mine', () => {
  test('a mine beside homes that are read is metered, and both ways of taking power have a figure', () => {
    const { class: kind, metered, tapped, supplies } = look(hamlet(HOMES))
    expect(kind).toBe('metered')
    expect(metered).toMatchObject({ supplies: HOMES, judged: HOMES, smallestSeenW: 2_000, surelySeenW: 2_000, unseenUpToW: null })
    expect(tapped).toMatchObject({ supplies: 1, judged: 1, noTotal: 0 })
    expect(tapped.surelySeenW).toBeGreaterThanOrEqual(1_300)
    expect(tapped.surelySeenW).toBeLessThan(2_000)
    expect(supplies.map(({ distanceMeters }) => distanceMeters)).toEqual(
      supplies.map(({ distanceMeters }) => distanceMeters).sort((a, b) => a - b),
    )
    expect(supplies).toHaveLength(HOMES + 1)
  })

  test('a mine that only the area with a meter of its own reaches is seen in the residual alone', () => {
    const { class: kind, metered, tapped, reasons } = look(withHomesFarAway(hamlet(HOMES)))
    expect(kind).toBe('residual-only')
    expect(metered).toMatchObject({ supplies: 0, smallestSeenW: null, surelySeenW: null })
    expect(tapped.judged).toBe(1)
    expect(tapped.surelySeenW).toBeGreaterThanOrEqual(1_300)
    expect(reasons.map(({ zh }) => zh).join()).toMatch(/1 个台区有总表/)
  })

  test.each([
    ['thirty kilometres', FAR_DEGREES],
    ['more than eight kilometres, where nothing is judged,', -0.0715],
  ])('a mine with nothing in reach for %s is blind: a generator or small hydro', (_name, degrees) => {
    const [mine] = hamlet(HOMES).mines
    const found = look(hamlet(HOMES, false, [{ ...mine, latitude: mine.latitude + degrees }]))
    expect(found.class).toBe('blind')
    expect(found.supplies).toEqual([])
    expect(found.tapped.surelySeenW).toBeNull()
    expect(found.reasons).toHaveLength(1)
    expect(found.reasons[0].zh).toMatch('发电机、小水电风险')
    expect(found.reasons[0].en).toMatch(/generator or small hydro/)
  })
})

describe('what cannot be judged is neither visible nor cleared', () => {
  test('an area without a meter of its own makes a mine blind, and says what it can carry unseen', () => {
    const found = look(withHomesFarAway(withoutTotal(hamlet(HOMES))))
    expect(found.class).toBe('blind')
    expect(found.tapped).toMatchObject({ supplies: 1, judged: 0, noTotal: 1, smallestSeenW: null, surelySeenW: null })
    expect(found.supplies[0]).toMatchObject({ kind: 'area', id: 'T1', watch: 'no-total', seenW: null })
    // 42 kW·km over the certain distance with the detour of a cable
    expect(found.tapped.unseenUpToW).toBe(found.supplies[0].carryW)
    expect(found.reasons.map(({ en }) => en).join()).toMatch(/Areas without a meter of their own.*cannot be judged: 1/)
  })

  test('an area of which one meter fell silent is incomplete', () => {
    const mute: Load = (day, hour, slot) => (day >= 8 ? null : home(day, hour, slot))
    const busy: Load = (day, hour, slot) => withLoad(mute, 6_000, () => true)(day, hour, slot)
    const found = look(hamlet(HOMES), { homes: [busy, home, home, home], days: 20 })
    expect(found.tapped).toMatchObject({ judged: 0, incomplete: 1, surelySeenW: null })
    expect(found.metered).toMatchObject({ judged: HOMES - 1, silent: 1 })
    expect(found.reasons.map(({ zh }) => zh).join()).toMatch('既不算可见,也不算排除')
  })

  test('before enough days are known the powers are null, never zero', () => {
    for (const days of [1, 2, 3]) {
      const { class: kind, metered, tapped, supplies } = look(hamlet(HOMES), { days })
      expect(kind).toBe('metered')
      expect(metered).toMatchObject({ learning: HOMES, smallestSeenW: null, surelySeenW: null })
      expect(tapped).toMatchObject({ learning: 1, smallestSeenW: null, surelySeenW: null })
      expect(supplies.every(({ seenW, watch }) => seenW === null && watch === 'learning')).toBe(true)
    }
  })

  test('meters that were never read are no metering', () => {
    const found = look(hamlet(HOMES), { days: 0 })
    expect(found.class).toBe('blind')
    expect(found.metered).toMatchObject({ silent: HOMES, judged: 0 })
    expect(found.tapped).toMatchObject({ silent: 1 })
  })
})

describe('the power that is seen', () => {
  const restless: readonly (readonly [string, Load])[] = [
    ['a works of nine kilowatts', (_day, hour, slot) => 9_000 + 4_000 * Math.sin(slot) + 300 * hour],
    ['a shop whose nights differ', (day, hour) => 1_500 + 900 * (day % 3) + (hour > 18 ? 4_000 : 0)],
    ['a mill', (day, hour, slot) => 26_000 + 1_500 * Math.sin(slot * 0.9) + 1_000 * Math.sin(day * 2.4) + (hour < 6 ? 9_000 : 0)],
  ]
  test.each([['a home', home] as const, ...restless])(
    'a pump a little above the line of %s is held against its days within a week',
    (_name, host) => {
      const seenW = supplyOf(play(hamlet(HOMES), { homes: [host, home, home, home] }), 'U0').seenW ?? Number.NaN
      expect(seenW).toBeGreaterThanOrEqual(2_000)
      expect(isPumpSeen(host, 1.03 * seenW)).toBe(true)
    },
  )

  test('a pump a little below the line of a home is not seen', () => {
    const seenW = supplyOf(play(hamlet(HOMES)), 'U0').seenW ?? Number.NaN
    expect(isPumpSeen(home, 0.93 * seenW)).toBe(false)
  })

  test('a host of tens of kilowatts hides more than a home', () => {
    const lines = restless.map(([, host]) => supplyOf(play(hamlet(HOMES), { homes: [host, home, home, home] }), 'U0').seenW ?? 0)
    expect(lines[0]).toBeGreaterThan(3_500)
    expect(lines[2]).toBeGreaterThan(2 * lines[0])
  })

  test('a tap a little above the line of the area is held against its day within a week, one well below is not', () => {
    const seenW = supplyOf(play(hamlet(HOMES)), 'T1').seenW ?? Number.NaN
    const tapped = (watts: number) => {
      const { bank } = play(hamlet(HOMES), { tap: (day) => (day >= DAYS ? watts : 0), days: DAYS + 7 })
      return (bank.areas.standing.get(0) ?? []).length > 0
    }
    expect(tapped(1.03 * seenW)).toBe(true)
    expect(tapped(0.85 * seenW)).toBe(false)
  })

  test('an account that should be dead and is read shows the first hundreds of watts', () => {
    const { metered } = look(hamlet(HOMES, true), { homes: [home, home, home, () => 0] })
    expect(metered).toMatchObject({ judged: HOMES, smallestSeenW: 300, surelySeenW: 2_000 })
  })

  test('what stands there already does not make the line of its host unknown or higher', () => {
    const pump = withLoad(home, 7_500, (day) => day >= DAYS)
    expect(look(hamlet(HOMES), { homes: [pump, home, home, home], days: DAYS + 40 }).metered).toMatchObject({
      judged: HOMES,
      surelySeenW: 2_000,
    })
  })

  test('a restless host hides no more than the line to the mine carries', () => {
    const restless: Load = (day, _hour, slot) => 40_000 + 25_000 * Math.sin(day * 2.4) + 5_000 * Math.sin(slot)
    const moved = hamlet(HOMES, false, [{ ...hamlet(HOMES).mines[0], latitude: 24.45 }])
    const found = look(moved, { homes: [restless, home, home, home] })
    const host = found.supplies.find(({ id }) => id === 'U0')
    const carryW = host?.carryW ?? Number.NaN
    expect(host?.seenW).toBeGreaterThan(carryW)
    expect(found.metered.surelySeenW).toBe(carryW)
    expect(found.metered.smallestSeenW).toBe(2_000)
  })
})

test('the way to a mine and back is the same: what an area carries is what its reach says', () => {
  const found = look(hamlet(HOMES))
  const area = found.supplies.find(({ kind }) => kind === 'area')
  // hamlet: half the radius of 400 m and the mine's 50 m are not certain
  const certainKm = ((area?.distanceMeters ?? 0) - 250) / 1000
  expect(area?.carryW).toBeCloseTo(42_000 / (1.3 * certainKm), -1)
})

test('an innocent meter far away changes no mine', () => {
  const plain = lookAtAll(hamlet(HOMES), homes)
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 360, noNaN: true }),
      fc.nat(20_000),
      (away, angle, watts) => {
        const ledger = withMeterAt(
          hamlet(HOMES),
          24.5 + away * Math.cos((angle * Math.PI) / 180),
          98.5 + (away * Math.sin((angle * Math.PI) / 180)) / Math.cos((24.5 * Math.PI) / 180),
        )
        expect(lookAtAll(ledger, homes, () => watts)).toEqual(plain)
      },
    ),
    { numRuns: 15 },
  )
})

const DAYS = 16

/** Whether a pump at home U0, where `host` lives, is held against the seven days since it began. */
function isPumpSeen(host: Load, watts: number): boolean {
  const pumped = withLoad(host, watts, (day) => day >= DAYS)
  const { bank } = play(hamlet(HOMES), { homes: [pumped, home, home, home], days: DAYS + 7 })
  return (bank.points.standing.get(0) ?? []).some(({ detector }) => detector === 'flat-load')
}

interface Played {
  readonly homes?: readonly Load[]
  readonly tap?: Load
  readonly days?: number
}

interface Seen {
  readonly bank: DetectorBank
  readonly observability: readonly Observability[]
}

function play(ledger: Ledger, { homes: loads = homes, tap, days = DAYS }: Played = {}, extra?: Load): Seen {
  const bank = bankOf(ledger)
  let quarter = 0
  for (const readings of quarters(days, loads, tap)) {
    const { start } = readings[0]
    const watts = extra?.(Math.floor(quarter / 96), (quarter % 96) / 4, quarter)
    if (typeof watts === 'number') readings.push({ row: HOMES + 1, start, energyWh: watts / 4, quality: 0 })
    bank.take(batchOf(readings))
    bank.judge()
    quarter++
  }
  const { flatLoad, horizonMeters } = bank.config
  const map = new SupplyMap(bank.known, flatLoad.leastW, horizonMeters)
  const watch = new SupplyWatch(bank, bank.known, dayOf(CLOCK, FIRST_NOON + Math.max(0, quarter - 1) * 900))
  return { bank, observability: ledger.mines.map((mine) => observabilityOf(mine, map, watch)) }
}

function look(ledger: Ledger, played: Played = {}): Observability {
  return play(ledger, played).observability[0]
}

function lookAtAll(ledger: Ledger, loads: readonly Load[], extra?: Load): readonly Observability[] {
  return play(ledger, { homes: loads, days: 8 }, extra).observability
}

function supplyOf({ observability }: Seen, id: string) {
  const supply = observability[0].supplies.find((one) => one.id === id)
  if (supply === undefined) throw new Error(`${id} is not in reach`)
  return supply
}
