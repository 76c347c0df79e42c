import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ROLES } from '../../model/role.ts'
import type { Api } from '../../src/api/api.ts'
import { buildServer } from '../../src/api/server.ts'
import { TokenStore } from '../../src/api/tokens.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { type Sample, sampleParts } from './sample-parts.ts'
import { get, post, serveSample } from './serve-sample.ts'

let sample: Sample
let app: Api

beforeEach(async () => {
  sample = await sampleParts()
  app = await serveSample(sample.parts)
})
afterEach(async () => {
  await app.close()
  await sample.close()
})

describe('who may change something', () => {
  test('a route that has no policy cannot be registered', async () => {
    const bare = await buildServer(sample.parts, {
      loopback: true,
      hosts: [],
      requestsPerMinute: 9,
      consoleDirectory: '/nonexistent',
    })
    expect(() => bare.delete('/api/v1/mines/:id', async () => 'gone')).toThrow(/has no policy/)
    await bare.close()
  })

  test('an integrator registers a gateway and gets its password once', async () => {
    const token = sample.tokens.add('integrator', 0)
    const answer = await post(app, '/api/v1/gateways', { name: 'gw-2' }, token)
    expect(answer).toEqual({
      status: 201,
      body: {
        gateway: 'gw-2',
        username: 'gw-2',
        password: 'secret',
        topics: ['adit/v1/gw-2/readings', 'adit/v1/gw-2/registers', 'adit/v1/gw-2/events'],
      },
    })
  })

  test('refused payloads are tried again on request', async () => {
    const token = sample.tokens.add('admin', 0)
    expect((await post(app, '/api/v1/quarantine/replay', { gateway: 'gw-1' }, token)).body).toEqual({ replayed: 1 })
    expect(sample.replayed).toEqual([{ gateway: 'gw-1' }])
  })
})

describe('who may read', () => {
  test('on loopback everyone on this machine', async () => {
    expect((await get(app, '/api/v1/alerts')).status).toBe(200)
  })

  test('a page of another site that points its name at this machine reads nothing', async () => {
    expect((await get(app, '/api/v1/alerts', { host: 'evil.example:8080' })).status).toBe(421)
  })

  test('a host that the configuration names is answered', async () => {
    await app.close()
    app = await serveSample(sample.parts, { hosts: ['adit.county.example'] })
    expect((await get(app, '/api/v1/alerts', { host: 'adit.county.example' })).status).toBe(200)
  })

  test('off the machine a token of any role, save for health', async () => {
    await app.close()
    app = await serveSample(sample.parts, { loopback: false })
    expect((await get(app, '/api/v1/alerts')).status).toBe(401)
    expect((await get(app, '/api/openapi.json')).status).toBe(401)
    expect((await get(app, '/metrics')).status).toBe(401)
    expect((await get(app, '/api/v1/health')).status).toBe(200)
    const authorization = `Bearer ${sample.tokens.add('auditor', 0)}`
    expect((await get(app, '/api/v1/alerts', { authorization })).status).toBe(200)
  })
})

test('every role can be given to a token and comes back; a changed token is nobody', () => {
  for (const role of ROLES) {
    const token = sample.tokens.add(role, 0)
    expect(sample.tokens.holderOf(token)?.role).toBe(role)
    expect(sample.tokens.holderOf(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined()
  }
})

test('tokens that an earlier version made go on, bound to no county', () => {
  const file = join(scratchDirectory(), 'tokens.db')
  const database = new DatabaseSync(file)
  database.exec(
    'CREATE TABLE tokens (id TEXT PRIMARY KEY, role TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL, created_at INTEGER NOT NULL)',
  )
  const secret = 'a'.repeat(43)
  const hash = createHash('sha256').update(Buffer.from('salt')).update(secret).digest()
  database.prepare('INSERT INTO tokens VALUES (?, ?, ?, ?, 0)').run('0123456789ab', 'bureau', Buffer.from('salt'), hash)
  database.close()
  const tokens = new TokenStore(file)
  expect(tokens.holderOf(`adit_0123456789ab_${secret}`)).toEqual({ name: '0123456789ab', role: 'bureau', counties: null })
  expect(tokens.holderOf(tokens.add('bureau', 0, ['4112']))?.counties).toEqual(['4112'])
  expect(() => tokens.add('bureau', 0, [])).toThrow(/Too small/)
  tokens.close()
})
