/** Requests made from the OpenAPI document, right and wrong, against the real service: it answers each, and never with a fault of its own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Random } from '../../fixtures/simulator/random.ts'
import { startAdit } from '../cli/run-adit.ts'
import { seedLedger } from '../cli/seed-ledger.ts'
import { mutate } from './fuzz-mutate.ts'

export interface HttpFuzz {
  readonly routes: number
  readonly requests: number
  readonly statuses: Readonly<Record<string, number>>
  readonly failures: readonly string[]
}

const Parameter = z.object({ name: z.string(), in: z.enum(['query', 'path', 'header', 'cookie']), schema: z.unknown() })
const Operation = z.object({
  parameters: z.array(Parameter).default([]),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }).optional(),
})
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })

interface Route {
  readonly method: string
  readonly path: string
  readonly operation: z.output<typeof Operation>
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const AT_ONCE = 8
/** What the seeded ledger holds, and names that look like ours. */
const KNOWN = [
  'P0',
  'm0',
  'A1',
  'M1',
  'gw-1',
  '1',
  '0',
  '2026-11-24T00:00:00Z',
  '2026-11-25T00:00:00+08:00',
  'open',
  'all',
  'true',
]

export async function fuzzHttp(seed: string, requests: number): Promise<HttpFuzz> {
  const data = mkdtempSync(join(tmpdir(), 'adit-fuzz-http-'))
  await seedLedger(data, 4)
  const service = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'], {
    ADIT_HTTP_REQUESTS_PER_MINUTE: '10000000',
    ADIT_LOG: 'error',
  })
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  try {
    const [, http] = /(http:\S+)/.exec(await service.firstLine) ?? []
    const token = readFileSync(join(data, 'admin-token'), 'utf8').trim()
    const routes = routesOf(Document.parse(await (await fetch(`${http}/api/openapi.json`)).json()))
    const random = new Random(`fuzz/${seed}/http`)
    const statuses: Record<string, number> = {}
    const failures: string[] = []
    let sent = 0
    const play = async () => {
      while (sent < requests && failures.length < 20) {
        const asked = requestOf(random, routes[sent++ % routes.length], token)
        const { status, type, body } = await send(agent, http, asked)
        statuses[status] = (statuses[status] ?? 0) + 1
        const fault = faultOf(asked.path, status, type, body)
        if (fault)
          failures.push(`${asked.method} ${asked.path.slice(0, 200)} ${String(asked.body ?? '').slice(0, 200)}: ${fault}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, play))
    if (service.process.exitCode !== null) failures.push('the service has ended')
    return { routes: routes.length, requests: sent, statuses, failures }
  } finally {
    agent.destroy()
    service.process.kill('SIGTERM')
    await service.ended
    rmSync(data, { recursive: true, force: true })
  }
}

function routesOf({ paths }: z.output<typeof Document>): Route[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) => ({
      method: method.toUpperCase(),
      path,
      operation: Operation.parse(item[method]),
    })),
  )
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Buffer | undefined
}

function requestOf(random: Random, { method, path, operation }: Route, token: string): Asked {
  const inPath = path.replaceAll(/\{([^}]+)\}/g, (_, name) => {
    const parameter = operation.parameters.find((one) => one.in === 'path' && one.name === name)
    const text = wellFormed(textOf(random, parameter?.schema))
    return random.chance(0.05) ? text.replaceAll(/[^\x21-\x7e]/g, '%') : encodeURIComponent(text)
  })
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && random.chance(0.5))
    .flatMap(({ name, schema }) =>
      Array.from({ length: random.chance(0.05) ? 3 : 1 }, () => [name, wellFormed(textOf(random, schema))]),
    )
    .map(
      ([name, value]) =>
        `${random.chance(0.05) ? 'x' : ''}${name}=${random.chance(0.95) ? encodeURIComponent(value) : value.replaceAll(/[^\x21-\x7e]/g, '%')}`,
    )
  const content = Object.entries(operation.requestBody?.content ?? {})[0]
  const body = content === undefined ? undefined : bodyOf(random, content[1].schema)
  const bearer = random.pick([token, token, '', 'adit_nobody', '\u00e9'])
  const headers = {
    ...(bearer !== '' && { authorization: random.chance(0.9) ? `Bearer ${bearer}` : bearer }),
    ...(body !== undefined && {
      'content-type': random.chance(0.9)
        ? content[0]
        : random.pick(['text/plain', 'application/xml', 'application/json; charset=utf-16', '']),
    }),
    ...(random.chance(0.1) && { accept: random.pick(['text/csv', '*/*;q=0', 'application/json', 'x']) }),
  }
  return { method, path: `${inPath}${query.length > 0 ? `?${query.join('&')}` : ''}`, headers, body }
}

function bodyOf(random: Random, schema: unknown): Buffer {
  const right = Buffer.from(JSON.stringify(valueFor(random, schema, 0)) ?? '')
  return random.chance(0.5) ? right : Buffer.from(mutate(random, [right], 4_096))
}

const Schema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
})

function textOf(random: Random, schema: unknown): string {
  const value = random.chance(0.6)
    ? valueFor(random, schema, 0)
    : Buffer.from(
        mutate(
          random,
          KNOWN.map((word) => Buffer.from(word)),
          600,
        ),
      ).toString()
  return typeof value === 'string' ? value : String(JSON.stringify(value))
}

function valueFor(random: Random, described: unknown, depth: number): unknown {
  const schema = Schema.safeParse(described).data ?? {}
  if (random.chance(0.05) || depth > 5)
    return random.pick<unknown>([null, -1, 1e300, '', [], {}, true, '__proto__', { constructor: 1 }, '\u0000'])
  if (schema.enum) return random.pick(schema.enum)
  if (schema.const !== undefined) return schema.const
  const choice = schema.anyOf ?? schema.oneOf
  if (choice) return valueFor(random, random.pick(choice), depth + 1)
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type
  if (type === 'integer' || type === 'number')
    return random.pick([
      schema.minimum ?? 0,
      schema.maximum ?? 10,
      random.int(0, 100),
      (schema.maximum ?? 0) + 1,
      2 ** 53,
      -1,
      0.5,
    ])
  if (type === 'boolean') return random.chance(0.5)
  if (type === 'array') return Array.from({ length: random.int(0, 4) }, () => valueFor(random, schema.items, depth + 1))
  if (type === 'object' || schema.properties)
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(() => random.chance(0.8))
        .map(([name, property]) => [name, valueFor(random, property, depth + 1)]),
    )
  return random.pick(KNOWN)
}

/** encodeURIComponent does not take half a surrogate pair. */
function wellFormed(text: string): string {
  return text.toWellFormed()
}

function send(
  agent: Agent,
  http: string,
  { method, path, headers, body }: Asked,
): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve) => {
    const answer = (status: number, type = '', text = '') => resolve({ status, type, body: text })
    try {
      const asked = request(new URL(http), { agent, method, path, headers, timeout: 30_000 }, (response) => {
        const type = String(response.headers['content-type'] ?? '')
        const { statusCode = 0 } = response
        if (type.startsWith('text/event-stream')) {
          answer(statusCode, type)
          asked.destroy()
          return
        }
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => answer(statusCode, type, Buffer.concat(chunks).toString()))
        response.on('error', () => answer(0, 'cut off'))
      })
      asked.on('timeout', () => asked.destroy(new Error('no answer')))
      asked.on('error', (error) => answer(0, error.message))
      asked.end(body)
    } catch (error) {
      // what node does not let out of the house is no request
      answer(-1, error instanceof Error ? error.message : String(error))
    }
  })
}

function faultOf(path: string, status: number, type: string, body: string): string | undefined {
  if (status === -1) return undefined
  if (status === 0) return `no answer (${type})`
  if (status >= 500 && !(status === 503 && path.startsWith('/api/v1/health'))) return `${status} ${body.slice(0, 300)}`
  if (status >= 400 && !type.startsWith('application/problem+json'))
    return `${status} is no problem document but ${type} ${body.slice(0, 200)}`
  return undefined
}
