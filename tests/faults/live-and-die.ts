/** One life of the service from its start to its death: at a crash point, or at random among what is in flight. */
import { setTimeout as pause } from 'node:timers/promises'
import type { GatewayFeed, Sending } from './gateway-feed.ts'
import { diedOf, type Life, type LifeOptions, startLife, stopLife } from './killed-service.ts'

export interface Death {
  readonly at: 'at the point' | 'at its start' | 'at random' | 'in peace'
  /** Before it took packets, while it judged what waited or opened what it has. */
  readonly early: boolean
  /** What the service said of damage that it found: after a fault there must be none. */
  readonly damage: readonly string[]
}

export const FLOWING: Pick<Sending, 'patience' | 'pause' | 'repeat'> = { patience: 10_000, pause: 0, repeat: false }
const MERGING = { patience: 60_000, pause: 60, repeat: true }
/** What the log says of a checkpoint, a database, readings and packets that were not as they were written. */
const DAMAGE = /is damaged|cannot be used|is broken and was set aside|cannot be read any more/

/** `strike` is what a life without a crash point meets after so many acknowledgements; then it is killed. */
export async function liveAndDie(
  options: LifeOptions,
  feed: GatewayFeed,
  quota: number,
  strike: (pid: number) => void = () => {},
): Promise<Death> {
  const life = await startLife(options)
  if (!life) return { at: options.crash ? 'at the point' : 'at its start', early: true, damage: [] }
  const { crash } = options
  const { service } = life
  if (crash === null) {
    let told = ''
    const end = () => {
      told = service.told()
      strike(service.process.pid ?? 0)
      service.process.kill('SIGKILL')
    }
    await feed.send(life, { ...FLOWING, quota, atEnd: end })
    await service.ended
    return { at: 'at random', early: false, damage: damageIn(told) }
  }
  const at = await dieAt(crash.point, life, feed, quota)
  return { at, early: false, damage: damageIn(service.told()) }
}

export function damageIn(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => DAMAGE.test(line))
    .map((line) => `found damaged after a fault: ${line}`)
}

async function dieAt(point: string, life: Life, feed: GatewayFeed, quota: number): Promise<Death['at']> {
  // merging wants many small files of one day, an alert takes as many days as it takes
  const merging = point.startsWith('merge')
  const patient = merging || point.startsWith('alerts')
  await feed.send(life, { ...(merging ? MERGING : FLOWING), quota: patient ? Number.POSITIVE_INFINITY : quota })
  for (let waited = 0; waited < 1_000 && !diedOf(life.service); waited += 20) await pause(20)
  if (diedOf(life.service)) return 'at the point'
  return (await stopLife(life)) ? 'at the point' : 'in peace'
}
