import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

export interface ServerProcess {
  readonly pid: number
  /** Everything it has written to stdout and stderr. */
  log(): string
  /** Ends it with SIGTERM, after `patienceMs` (5,000 when not said) with SIGKILL; resolves when it is gone. */
  stop(patienceMs?: number): Promise<void>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

/**
 * Starts a server and resolves when `ready(log)` says so; rejects with its log when it ends or is not ready in `timeoutMs`.
 * It never outlives the process that started it.
 */
export async function startProcess(
  command: string,
  args: readonly string[],
  ready: (log: string) => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<ServerProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  child.stdout.on('data', (bytes: Buffer) => {
    log += bytes.toString()
  })
  child.stderr.on('data', (bytes: Buffer) => {
    log += bytes.toString()
  })
  let ended = false
  child.once('error', (error) => {
    ended = true
    log += `${error.message}\n`
  })
  const gone = once(child, 'exit').then(
    () => {
      ended = true
    },
    () => {},
  )
  const killAtExit = () => child.kill('SIGKILL')
  process.on('exit', killAtExit)

  const end = async (signal: NodeJS.Signals, patienceMs = 5_000) => {
    if (!ended) {
      child.kill(signal)
      const late = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      await gone
      clearTimeout(late)
    }
    process.off('exit', killAtExit)
  }

  const deadline = performance.now() + timeoutMs
  while (!(await ready(log))) {
    if (ended || performance.now() > deadline) {
      const outcome = ended ? 'ended at once' : `was not ready in ${timeoutMs} ms`
      await end('SIGKILL')
      throw new Error(`${command} ${outcome}:\n${log}`)
    }
    await delay(25)
  }
  return {
    pid: child.pid ?? 0,
    log: () => log,
    stop: (patienceMs) => end('SIGTERM', patienceMs),
    kill: () => end('SIGKILL'),
  }
}
