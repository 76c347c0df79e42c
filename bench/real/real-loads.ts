/**
 * Real loads of businesses, unchanged and with processing spliced on: five gyms (15 min, half a year) and one building with
 * 743 holes. A spliced pump or mill begins on day 60, or another. Local times are kept as the solar time of the mines they are put beside.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { makeMotor, runMotor } from '../../fixtures/simulator/motor.ts'
import { Random } from '../../fixtures/simulator/random.ts'
import { DAY_MINUTES, Trace } from '../../fixtures/simulator/trace.ts'
import { BUILDING, GYMS } from './shared-data.ts'

export const SPLICE_DAY = 60
const SECONDS = 900
const UTC_OFFSET = -8 * 3600

export type Variant = 'unchanged' | 'pump' | 'mill'

export interface RealLoad {
  readonly usagePoint: string
  readonly meter: string
  readonly name: string
  readonly variant: Variant
  /** UTC seconds of the first interval; intervals of 900 s follow without a break. */
  readonly start: number
  /** Wh; NaN is missing. */
  readonly energyWh: Float64Array
  /** UTC seconds at which the spliced work begins. */
  readonly onset: number
}

export function readRealLoads(spliceDay = SPLICE_DAY): RealLoad[] {
  const series = [...readGyms(), readBuilding()]
  return series.flatMap(({ name, start, energyWh }, i) =>
    (name === 'building' ? (['unchanged'] as const) : (['unchanged', 'pump', 'mill'] as const)).map((variant): RealLoad => {
      const number = `${i + 1}${variant.slice(0, 1).toUpperCase()}`
      return {
        usagePoint: `REAL-${number}`,
        meter: `77000${number}`,
        name,
        variant,
        start,
        energyWh: variant === 'unchanged' ? energyWh : spliced(energyWh, variant, spliceDay, `${name}/${variant}`),
        onset: start + spliceDay * 86_400,
      }
    }),
  )
}

interface Series {
  readonly name: string
  readonly start: number
  readonly energyWh: Float64Array
}

function readGyms(): Series[] {
  const rows = new Map<string, [number, number][]>()
  for (const line of gunzipSync(readFileSync(GYMS)).toString('utf8').trim().split('\n').slice(1)) {
    const [gym = '', time = '', kwh = ''] = line.split(',')
    const list = rows.get(gym) ?? []
    if (list.length === 0) rows.set(gym, list)
    list.push([utc(time), kwh === '' ? Number.NaN : Number(kwh) * 1000])
  }
  return [...rows].map(([name, list]) => regular(name, list))
}

function readBuilding(): Series {
  const rows = readFileSync(BUILDING, 'utf8')
    .trim()
    .split('\n')
    .map((line): [number, number] => {
      const [time = '', kw = ''] = line.trim().split(',')
      const watts = kw === '' ? Number.NaN : Number(kw) * 1000
      return [utc(time), watts / 4]
    })
  return regular('building', rows)
}

function utc(local: string): number {
  return Date.parse(`${local.replace(' ', 'T')}Z`) / 1000 - UTC_OFFSET
}

function regular(name: string, rows: readonly (readonly [number, number])[]): Series {
  const start = Math.min(...rows.map(([at]) => at))
  const end = Math.max(...rows.map(([at]) => at))
  const energyWh = new Float64Array((end - start) / SECONDS + 1).fill(Number.NaN)
  for (const [at, wh] of rows) energyWh[(at - start) / SECONDS] = wh
  return { name, start, energyWh }
}

/** A 7.5 kW pump that never rests, or a 22 kW ball mill from dusk to before dawn. */
function spliced(energyWh: Float64Array, variant: 'pump' | 'mill', spliceDay: number, label: string): Float64Array {
  const random = new Random(label)
  const trace = new Trace((energyWh.length * SECONDS) / 60, SECONDS / 60)
  const from = spliceDay * DAY_MINUTES
  if (variant === 'pump')
    runMotor(trace, random, { ...makeMotor(random, 'liftPump', 7.5), loadFactor: 0.9, efficiency: 0.9 }, from, trace.minutes)
  else {
    const mill = { ...makeMotor(random, 'ballMill', 22), loadFactor: 0.88, efficiency: 0.88 }
    for (let night = from; night < trace.minutes; night += DAY_MINUTES) {
      runMotor(trace, random, mill, night + 1230 + random.normal(0, 15), night + 1740 + random.normal(0, 15))
    }
  }
  return energyWh.map((wh, i) => wh + trace.kw[i] * (SECONDS / 3.6))
}

/** Canonical payloads in order of time, one for each interval: what mosquitto_pub sends line by line. */
export function* payloads(loads: readonly RealLoad[]): Generator<{ readonly text: string; readonly readings: number }> {
  const end = Math.max(...loads.map(({ start, energyWh }) => start + energyWh.length * SECONDS))
  for (let at = Math.min(...loads.map(({ start }) => start)); at < end; at += SECONDS) {
    const readings = loads.flatMap(({ meter, start, energyWh }) => {
      const wh = energyWh[(at - start) / SECONDS]
      return wh === undefined || Number.isNaN(wh) ? [] : [`["${meter}",${Number(wh.toFixed(1))}]`]
    })
    if (readings.length === 0) continue
    const start = new Date(at * 1000).toISOString().slice(0, 19)
    yield { text: `{"start":"${start}Z","seconds":${SECONDS},"readings":[${readings.join(',')}]}`, readings: readings.length }
  }
}
