import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { aditProgram } from '../../src/cli/program.ts'
import { loadConfig } from '../../src/config-sources.ts'

const root = join(import.meta.dirname, '../..')
const Service = z.strictObject({
  image: z.string().regex(/^[a-z0-9./-]+(:[\w.-]+)?$/),
  build: z.string().optional(),
  restart: z.literal('unless-stopped'),
  init: z.boolean().optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).min(1),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  healthcheck: z.strictObject({
    test: z.array(z.string()).min(2),
    interval: z.string(),
    timeout: z.string(),
    retries: z.int().positive(),
    start_period: z.string().optional(),
  }),
  stop_grace_period: z.string().optional(),
})
const Compose = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
})

const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
const compose = Compose.parse(parse(text))
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
const services = Object.entries(compose.services)

/** What Compose makes of `${NAME:?…}` and `${NAME:-default}`. */
function interpolated(value: string): string {
  return value.replaceAll(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, name, kind, rest) => (kind === '-' ? rest : `value-of-${name}`))
}

describe('docker-compose.yml', () => {
  test('has the broker, the store, the database and Adit, which waits until all are healthy', () => {
    expect(Object.keys(compose.services)).toEqual(['mosquitto', 'influxdb', 'postgres', 'adit'])
    expect(Object.keys(compose.services.adit.depends_on ?? {})).toEqual(['mosquitto', 'influxdb', 'postgres'])
  })

  test('every image names its version, and every volume is declared', () => {
    for (const [name, { image, build, volumes }] of services) {
      expect(build !== undefined || /:\d+\.\d+/.test(image), name).toBe(true)
      for (const volume of volumes.filter((entry) => !entry.startsWith('.'))) {
        expect(Object.keys(compose.volumes), name).toContain(volume.split(':')[0])
      }
    }
  })

  test('every file that is mounted exists, and is mounted read-only', () => {
    const mounted = services.flatMap(([, { volumes }]) => volumes.filter((entry) => entry.startsWith('./')))
    expect(mounted.length).toBeGreaterThan(2)
    for (const entry of mounted) {
      const [from, , mode] = entry.split(':')
      expect(existsSync(join(root, from)), from).toBe(true)
      expect(mode).toBe('ro')
    }
  })

  test('no secret has a default, and ports open on loopback unless told otherwise', () => {
    const secrets = services.flatMap(([, { environment }]) =>
      Object.entries(environment).filter(([name]) => /PASSWORD|TOKEN|SECRET/.test(name)),
    )
    expect(secrets.length).toBeGreaterThan(3)
    for (const [name, value] of secrets) expect(value, name).toMatch(/^\$\{\w+:\?.+\}$/)
    for (const port of services.flatMap(([, { ports = [] }]) => ports)) expect(interpolated(port)).toMatch(/^127\.0\.0\.1:/)
  })

  test('Adit knows the command, its options and every variable that it is given', () => {
    const { command = [], environment, stop_grace_period } = compose.services.adit
    expectKnown(command)
    const values = Object.entries(environment).map(([name, value]) => [name, interpolated(value)])
    const config = loadConfig({ environment: Object.fromEntries(values) })
    expect(config.store).toMatchObject({ kind: 'influxdb', url: 'http://influxdb:8086' })
    expect(config.database).toMatchObject({ kind: 'postgresql', url: 'postgresql://postgres:5432/adit', tls: false })
    expect(config.broker).toMatchObject({ url: 'mqtt://mosquitto:1883' })
    expect(Number.parseInt(stop_grace_period ?? '', 10)).toBeGreaterThan(10)
  })

  test('broker, store, database and Adit mean the same logins, token and bucket', () => {
    const { mosquitto, influxdb, postgres, adit } = compose.services
    expect(adit.environment.ADIT_BROKER_PASSWORD).toBe(mosquitto.environment.ADIT_BROKER_PASSWORD)
    expect(adit.environment.ADIT_STORE_TOKEN).toBe(influxdb.environment.DOCKER_INFLUXDB_INIT_ADMIN_TOKEN)
    expect(adit.environment.ADIT_DATABASE_PASSWORD).toBe(postgres.environment.POSTGRES_PASSWORD)
    expect(adit.environment.ADIT_DATABASE_USER).toBe(postgres.environment.POSTGRES_USER)
    expect(adit.environment.ADIT_DATABASE_URL).toBe(`postgresql://postgres:5432/${postgres.environment.POSTGRES_DB}`)
    expect(adit.environment.ADIT_STORE_BUCKET).toBe(influxdb.environment.DOCKER_INFLUXDB_INIT_BUCKET)
    expect(adit.environment.ADIT_STORE_ORG).toBe(influxdb.environment.DOCKER_INFLUXDB_INIT_ORG)
  })
})

describe('Dockerfile', () => {
  test('runs as nobody special, with a health check that exists', () => {
    expect(dockerfile).toMatch(/^USER node$/m)
    const check = /^HEALTHCHECK .*CMD \["node", "([^"]+)"\]$/m.exec(dockerfile)?.[1] ?? 'none'
    expect(existsSync(join(root, check))).toBe(true)
    expect(compose.services.adit.healthcheck.test).toEqual(['CMD', 'node', check])
  })

  test('copies every room that the service imports', () => {
    const copied = Array.from(dockerfile.matchAll(/^COPY (?:--from=\S+ )?(.+) \S+$/gm), ([, from]) => from.split(' ')).flat()
    expect(copied).toEqual(expect.arrayContaining(['model', 'ingest', 'detectors', 'src', 'package.json', 'package-lock.json']))
    for (const from of copied.filter((path) => !path.startsWith('/'))) expect(existsSync(join(root, from)), from).toBe(true)
  })

  test('its command is one that Adit knows', () => {
    const command: unknown = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? 'null')
    expectKnown(z.array(z.string()).parse(command))
  })
})

function expectKnown([name, ...options]: readonly string[]): void {
  const command = aditProgram().commands.find((candidate) => candidate.name() === name)
  expect(command?.parseOptions(options)).toEqual({ operands: [], unknown: [] })
}
