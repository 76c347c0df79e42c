/** Real loads of businesses as hosts in a simulated world: what the simulator's own shapes cannot have taught anybody. */
import type { Load } from '../../fixtures/simulator/scene.ts'
import type { WorldPlan } from '../../fixtures/simulator/world.ts'
import { readRealLoads } from '../real/real-loads.ts'

const STEP_MINUTES = 15

/** Shops, workshops and guest houses get a real load each: scaled, and begun in another week. */
export function withRealHosts(plan: WorldPlan): WorldPlan {
  const series = readRealLoads().filter(({ variant }) => variant === 'unchanged')
  let next = 0
  const points = plan.points.map((point) => {
    if (!['shop', 'workshop', 'guest-house'].includes(point.kind)) return point
    const one = series[next++ % series.length]
    return one ? { ...point, load: realLoad(one.energyWh, next) } : point
  })
  return { ...plan, points }
}

function realLoad(energyWh: Float64Array, number: number): Load {
  const weeks = (number * 7) % Math.floor(energyWh.length / 672)
  return (trace, _scene, random) => {
    const scale = random.uniform(0.1, 0.8)
    const minutes = trace.length * trace.step
    for (let minute = 0, i = weeks * 672; minute < minutes; minute += STEP_MINUTES, i++) {
      const wh = energyWh[i % energyWh.length]
      // A hole in the measurement is not a hole in the load.
      const kw = ((Number.isNaN(wh) ? 1500 : wh) / 250) * scale
      trace.drawAt(minute, minute + STEP_MINUTES, kw, 0.9)
    }
  }
}
