/**
 * Tampering that the areas' remainders or the covers alone do not tell: the worlds' own tampered sites open a cover in an area that
 * is measured, and are all found by that. Here the same sites lead everything past the meter, send last week again, or are not
 * heard at night; and either no meter says a word of it, or no area has a meter of its own.
 */
import type { MeterRecord, World, WorldPlan } from '../../fixtures/simulator/world.ts'

export type Tampering = 'bypassed' | 'replayed' | 'silenced'

/** What a meter still counts of what it counted, when all three phases are bridged. */
const STILL_COUNTED = 0.12
const DAY_MINUTES = 1_440
const WEEK_MINUTES = 7 * DAY_MINUTES
const NIGHT_FROM = 20.5 * 60
const NIGHT_TO = 5.5 * 60
/** Neighbours that fall silent with it: the gateway's cable serves several. */
const NEIGHBOURS = 2

/** Sites at works, whose own load is large enough for its loss to show. */
export function atWorks(plan: WorldPlan): WorldPlan {
  const works = plan.points.filter(({ kind, site }) => kind === 'workshop' && site === undefined)
  const points = plan.points.map((point, i) => {
    if (point.site === undefined) return point
    const { load, class: pointClass, category } = works[i % works.length]
    return { ...point, load, class: pointClass, category }
  })
  return { ...plan, points }
}

/** Changes the readings of the tampered sites in place and takes back what their meters reported of it. */
export function quietly(world: World, how: Tampering): World {
  const quiet = tamper(world, how)
  return { ...world, events: world.events.filter(({ meter }) => !quiet.has(meter)) }
}

/** …where no area has a meter of its own, and the covers are reported. */
export function unmeasured(world: World, how: Tampering): World {
  tamper(world, how)
  return {
    ...world,
    meters: world.meters.filter(({ point }) => point !== undefined),
    areas: world.areas.map((area) => ({ ...area, totalMeter: false })),
  }
}

/** The meters of the sites. */
function tamper(world: World, how: Tampering): Set<string> {
  const tampered = new Set<string>()
  for (const { plan, onset, stop, usagePoint } of world.sites) {
    const own = world.meters.find(({ point }) => point !== undefined && point.usagePoint === usagePoint)
    if (plan.route !== 'tampered' || own === undefined) continue
    tampered.add(own.meter)
    const step = world.options.seconds / 60
    const [from, to] = [Math.floor(onset / step), Math.ceil(stop / step)]
    if (how === 'bypassed') scale(own, from, to)
    else if (how === 'replayed') replay(own, from, to, WEEK_MINUTES / step)
    else for (const record of [own, ...neighboursOf(world, own)]) silence(record, from, to, step)
  }
  return tampered
}

function scale({ columns }: MeterRecord, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    columns.energyWh[i] *= STILL_COUNTED
    columns.reactiveVarh[i] *= STILL_COUNTED
  }
}

function replay({ columns }: MeterRecord, from: number, to: number, week: number): void {
  for (const column of [columns.energyWh, columns.reactiveVarh, columns.quality, columns.lateHours]) {
    for (let i = from; i < to; i++) column[i] = column[i - week]
  }
}

function silence({ columns }: MeterRecord, from: number, to: number, step: number): void {
  for (let i = from; i < to; i++) {
    const minute = (i * step) % DAY_MINUTES
    if (minute >= NIGHT_TO && minute < NIGHT_FROM) continue
    columns.energyWh[i] = Number.NaN
    columns.reactiveVarh[i] = Number.NaN
  }
}

function neighboursOf({ meters }: World, { area, meter }: MeterRecord): MeterRecord[] {
  return meters.filter((one) => one.area === area && one.meter !== meter && one.point?.kind === 'home').slice(0, NEIGHBOURS)
}
