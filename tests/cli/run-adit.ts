import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../src/cli/adit.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program to its end. */
export async function runAdit(...words: string[]): Promise<Ended> {
  return await startAdit(words).ended
}

export interface Started {
  readonly process: ChildProcess
  /** The first line of stdout; rejects when the program ends without one. */
  readonly firstLine: Promise<string>
  /** What it has written to stderr so far. */
  readonly told: () => string
  readonly ended: Promise<Ended>
}

/** `program` may be the one of another tree. */
export function startAdit(words: readonly string[], environment: Record<string, string> = {}, program = PROGRAM): Started {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  // it never outlives the run that started it
  const killAtExit = () => child.kill('SIGKILL')
  process.on('exit', killAtExit)
  const firstLine = Promise.withResolvers<string>()
  firstLine.promise.catch(() => {})
  child.stdout.on('data', (chunk) => {
    stdout += chunk
    if (stdout.includes('\n')) firstLine.resolve(stdout.split('\n')[0])
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = once(child, 'close').then(([code]): Ended => {
    process.off('exit', killAtExit)
    firstLine.reject(new Error(`adit ended with ${code}: ${stderr}`))
    return { code, stdout, stderr }
  })
  return { process: child, firstLine: firstLine.promise, told: () => stderr, ended }
}
