import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where a server or tool that some tests need is looked for, and how to get it. */
const SERVERS = {
  influxd: {
    paths: () => [
      process.env.ADIT_INFLUXD ?? '',
      join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'adit-servers', 'influxd-v2.8.0'),
      '/usr/bin/influxd',
    ],
    remedy: 'run scripts/build-influxd.sh, or name the program in ADIT_INFLUXD',
  },
  mosquitto: {
    paths: () => [
      process.env.ADIT_MOSQUITTO ?? '',
      '/usr/sbin/mosquitto',
      '/usr/local/sbin/mosquitto',
      '/opt/homebrew/sbin/mosquitto',
    ],
    remedy: 'apt-get install mosquitto mosquitto-clients, or name the program in ADIT_MOSQUITTO',
  },
  postgres: {
    paths: () => [
      process.env.ADIT_POSTGRES ?? '',
      ...[18, 17, 16, 15, 14, 13].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`),
      '/usr/local/bin/postgres',
      '/opt/homebrew/bin/postgres',
    ],
    remedy: 'apt-get install postgresql, or name the program in ADIT_POSTGRES',
  },
  mosquitto_pub: {
    paths: () => ['/usr/bin/mosquitto_pub', '/usr/local/bin/mosquitto_pub', '/opt/homebrew/bin/mosquitto_pub'],
    remedy: 'apt-get install mosquitto-clients',
  },
  openssl: {
    paths: () => ['/usr/bin/openssl', '/usr/local/bin/openssl'],
    remedy: 'apt-get install openssl',
  },
  chromium: {
    paths: () => [process.env.ADIT_CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'],
    remedy: 'apt-get install chromium fonts-wqy-zenhei, or name the program in ADIT_CHROMIUM',
  },
  'container engine': {
    paths: () => [(process.env.DOCKER_HOST ?? '').replace(/^unix:\/\//, ''), '/var/run/docker.sock'],
    remedy: 'start Docker, or eval "$(scripts/container-engine.sh start)"',
  },
} as const

export type ServerName = keyof typeof SERVERS

/** The path of a server's program, or undefined. */
export function findServer(name: ServerName): string | undefined {
  return SERVERS[name].paths().find((path) => path !== '' && existsSync(path))
}

/**
 * Whether the tests that need a server can run: `describe.runIf(requireServer('influxd'))(…)`. Where it is absent this
 * says loudly what is skipped and how to get it; under CI=true it throws, so that CI never passes by skipping.
 */
export function requireServer(name: ServerName): boolean {
  if (findServer(name) !== undefined) return true
  const message = `${name} is not on this machine: ${SERVERS[name].remedy}`
  if (process.env.CI === 'true') throw new Error(`${message} (CI=true: not skipped)`)
  console.warn(`\n  SKIPPED  ${message}\n`)
  return false
}

export function serverPath(name: ServerName): string {
  const path = findServer(name)
  if (path === undefined) throw new Error(`${name} is not on this machine: ${SERVERS[name].remedy}`)
  return path
}
