import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { serverPath } from './require-server.ts'
import { startProcess } from './server-process.ts'

export interface MosquittoOptions {
  /** Further lines of mosquitto.conf. */
  readonly config?: readonly string[]
  /** Passwords by user name; without them anybody may connect. */
  readonly users?: Readonly<Record<string, string>>
  /** A port to use again after a stop; a free one when not given. */
  readonly port?: number
  /** Where sessions and queued messages are kept over a restart; not kept when not given. */
  readonly persistence?: string
}

export interface Mosquitto {
  readonly port: number
  readonly url: string
  readonly pid: number
  log(): string
  stop(): Promise<void>
  kill(): Promise<void>
}

/** A real Mosquitto (MQTT 3.1.1 and 5) on loopback. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const directory = await mkdtemp(join(tmpdir(), 'adit-mosquitto-'))
  const port = options.port ?? (await freePort())
  const lines = [
    'user root',
    `listener ${port} 127.0.0.1`,
    `allow_anonymous ${options.users === undefined}`,
    'log_dest stderr',
    'log_type all',
    ...(options.persistence === undefined ? [] : ['persistence true', `persistence_location ${options.persistence}/`]),
    ...(await passwordLines(directory, options.users)),
    ...(options.config ?? []),
  ]
  const file = join(directory, 'mosquitto.conf')
  await writeFile(file, `${lines.join('\n')}\n`)
  const server = await startProcess(serverPath('mosquitto'), ['-c', file], (log) => / running$/m.test(log))
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    pid: server.pid,
    log: server.log,
    stop: async () => {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
    kill: async () => {
      await server.kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function passwordLines(directory: string, users: MosquittoOptions['users']): Promise<string[]> {
  if (users === undefined) return []
  const file = join(directory, 'passwords')
  await writeFile(file, '', { mode: 0o600 })
  const program = join(dirname(dirname(serverPath('mosquitto'))), 'bin', 'mosquitto_passwd')
  for (const [user, password] of Object.entries(users)) await promisify(execFile)(program, ['-b', file, user, password])
  return [`password_file ${file}`]
}
