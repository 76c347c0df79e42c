import type { Api } from '../../src/api/api.ts'
import { buildServer } from '../../src/api/server.ts'
import type { ServiceParts } from '../../src/api/service-parts.ts'

export interface Access {
  readonly loopback?: boolean
  readonly hosts?: readonly string[]
  readonly requestsPerMinute?: number
}

/** The API over `parts`, without a console, ready for `inject`. */
export async function serveSample(
  parts: ServiceParts,
  { loopback = true, hosts = [], requestsPerMinute = 1000 }: Access = {},
): Promise<Api> {
  const app = await buildServer(parts, { loopback, hosts, requestsPerMinute, consoleDirectory: '/nonexistent' })
  await app.ready()
  return app
}

export async function get(app: Api, url: string, headers: Record<string, string> = {}) {
  const response = await app.inject({ url, headers: { host: '127.0.0.1:8080', ...headers } })
  return { status: response.statusCode, type: response.headers['content-type'], body: response.json() }
}

export async function post(app: Api, url: string, payload: object, token?: string) {
  const headers = { host: 'localhost', ...(token && { authorization: `Bearer ${token}` }) }
  const response = await app.inject({ method: 'POST', url, payload, headers })
  return { status: response.statusCode, body: response.json() }
}
