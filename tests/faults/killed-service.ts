/** One life of the service in a kill run: started for one crash point or for a kill at random, fed, and gone at its end. */
import { RawPublisher } from '../../bench/raw-publisher.ts'
import type { CrashPoint } from '../../ingest/crash-point.ts'
import { type Started, startAdit } from '../cli/run-adit.ts'

export interface Life {
  readonly http: string
  readonly publishers: readonly RawPublisher[]
  readonly service: Started
}

export interface LifeOptions {
  readonly data: string
  readonly passwords: readonly string[]
  /** Dies there the `times`th time. */
  readonly crash: { readonly point: CrashPoint; readonly times: number } | null
  /** Another tree's program; this one's when not given. */
  readonly program?: string | undefined
  readonly environment?: Readonly<Record<string, string>>
}

/** The service ended although nobody killed it. */
export class ServiceEnded extends Error {
  override readonly name = 'ServiceEnded'
}

/** Undefined when it died before it took packets. */
export async function startLife({ data, passwords, crash, program, environment }: LifeOptions): Promise<Life | undefined> {
  const words = ['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0']
  const surroundings = {
    ADIT_CHECKPOINT_SECONDS: '0.2',
    ADIT_WINDOW_PAST_DAYS: '36500',
    ADIT_HTTP_REQUESTS_PER_MINUTE: '1000000',
    ...environment,
    ...(crash && { ADIT_CRASH_AT: `${crash.point}:${crash.times}` }),
  }
  const service = startAdit(words, surroundings, program)
  try {
    const addresses = /(http:\S+) {2}mqtt:\S+:(\d+)/.exec(await service.firstLine)
    if (!addresses) throw new Error(`adit says ${await service.firstLine}`)
    const publishers = await Promise.all(
      passwords.map((password, index) => RawPublisher.connect(Number(addresses[2]), gatewayName(index), password)),
    )
    return { http: addresses[1], publishers, service }
  } catch (error) {
    const { stderr } = await endOf(service)
    if (service.process.signalCode === 'SIGKILL') return undefined
    throw new ServiceEnded(`adit did not start: ${stderr}`, { cause: error })
  }
}

/** A life that nobody is to kill at its start. */
export async function bornLife(options: LifeOptions): Promise<Life> {
  const life = await startLife(options)
  if (!life) throw new ServiceEnded('it was killed at its start')
  return life
}

/** Kills what is still there after ten seconds. */
async function endOf(service: Started) {
  const timer = setTimeout(() => service.process.kill('SIGKILL'), 10_000)
  const ended = await service.ended
  clearTimeout(timer)
  return ended
}

/** Stops in peace, or dies at a crash point on the way. True when it died. */
export async function stopLife({ service }: Life): Promise<boolean> {
  service.process.kill('SIGTERM')
  await endOf(service)
  return diedOf(service)
}

export function diedOf({ process: child }: Started): boolean {
  return child.signalCode === 'SIGKILL'
}

export function gatewayName(index: number): string {
  return `gw-${index}`
}
