import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { serverPath } from './require-server.ts'
import { startProcess } from './server-process.ts'

export interface Influxd {
  readonly url: string
  readonly token: string
  readonly org: string
  readonly bucket: string
  readonly pid: number
  log(): string
  /** Stops the server and deletes its data. */
  stop(): Promise<void>
  /** Stops the server and keeps its data: as an outage looks to a client. */
  interrupt(): Promise<void>
  /** Starts it again on the same port with the same data. */
  resume(): Promise<void>
}

/** A real InfluxDB 2 on a free loopback port in a fresh directory, set up with one organisation, bucket and token. */
export async function startInfluxd(): Promise<Influxd> {
  const directory = await mkdtemp(join(tmpdir(), 'adit-influxd-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const start = () =>
    startProcess(
      serverPath('influxd'),
      [
        `--bolt-path=${join(directory, 'influxd.bolt')}`,
        `--sqlite-path=${join(directory, 'influxd.sqlite')}`,
        `--engine-path=${join(directory, 'engine')}`,
        `--http-bind-address=127.0.0.1:${port}`,
        '--reporting-disabled',
      ],
      () => passes(`${url}/health`),
    )

  let server = await start()
  const access = await setUpInfluxd(url).catch(async (error: unknown) => {
    await server.stop()
    throw error
  })
  return {
    url,
    ...access,
    get pid() {
      return server.pid
    },
    log: () => server.log(),
    interrupt: () => server.stop(),
    resume: async () => {
      server = await start()
    },
    stop: async () => {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function passes(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

/** Gives a fresh server its organisation, bucket and token. */
export async function setUpInfluxd(url: string): Promise<Pick<Influxd, 'token' | 'org' | 'bucket'>> {
  const access = { token: 'token-for-tests-only', org: 'adit', bucket: 'readings' }
  const response = await fetch(`${url}/api/v2/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'adit', password: 'password-for-tests-only', ...access }),
  })
  if (!response.ok) throw new Error(`influxd setup: ${response.status} ${await response.text()}`)
  return access
}
