import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** A registry that answers which packages have known holes; npm sends the names and versions of all that we ship. */
async function registry(answer: (asked: Record<string, string[]>) => [status: number, body: unknown]): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
    const [status, body] = request.url?.endsWith('/advisories/bulk') ? answer(JSON.parse(text.toString())) : [404, {}]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

async function audit(url: string): Promise<{ code: number; told: string }> {
  // npm remembers what it was told of a hole
  const cache = mkdtempSync(join(tmpdir(), 'adit-npm-'))
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }))
  const env = { ...process.env, npm_config_registry: url, npm_config_cache: cache, npm_config_fetch_retries: '0' }
  const child = spawn(process.execPath, ['scripts/audit-packages.mjs'], { cwd: ROOT, env })
  let told = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (told += bytes.toString()))
  const [code] = await once(child, 'close')
  return { code, told }
}

const hole = (severity: string) => ({
  fastify: [
    {
      ...{ id: 1, url: 'https://example.org/1', title: 'a hole', severity, vulnerable_versions: '>=1.0.0' },
      ...{ cwe: [], cvss: { score: 9, vectorString: null } },
    },
  ],
})

test('a serious hole in a shipped package stops the gate', async () => {
  const asked: string[] = []
  const { code, told } = await audit(
    await registry((packages) => {
      asked.push(...Object.keys(packages))
      return [200, hole('critical')]
    }),
  )
  expect(asked).toEqual(expect.arrayContaining(['fastify', 'mqtt', 'zod']))
  expect(asked).not.toContain('vitest')
  expect({ code, told }).toEqual({ code: 1, told: expect.stringMatching(/high or critical [1-9]/) })
})

test('a slight one is counted, and none is none', async () => {
  expect(await audit(await registry(() => [200, hole('low')]))).toEqual({ code: 0, told: expect.stringContaining('critical 0') })
  expect((await audit(await registry(() => [200, {}]))).told).toContain('shipped packages: 0')
})

test('a registry that does not say is no verdict, and that is said loudly', async () => {
  expect(await audit(await registry(() => [405, {}]))).toEqual({ code: 0, told: expect.stringMatching(/NOT AUDITED .*405/) })
})
