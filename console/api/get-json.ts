import { z } from 'zod'
import { inert } from './inert.ts'
import { Session } from './session.ts'
import { tokenHeader } from './token.ts'

const Problem = z.object({ title: z.string().optional(), detail: z.string().optional(), code: z.string().optional() })

/** The service said no, or could not be reached (`status` 0). `detail` is what it said, in its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly path: string
  readonly detail: string
  /** Of the problem, as it is documented; empty when there is none. */
  readonly code: string

  constructor(status: number, path: string, detail: string, code = '') {
    super(`${path}: ${status} ${detail}`)
    this.status = status
    this.path = path
    this.detail = detail
    this.code = code
  }
}

/** Reads `path` of this origin and checks the answer against `schema`; throws ApiError. */
export async function getJson<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
  return await callJson(
    path,
    { headers: { accept: 'application/json', ...tokenHeader() }, ...(signal ? { signal } : {}) },
    schema,
  )
}

/** Posts `body` with the operator's token, or by the session; throws ApiError. */
export async function postJson<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...tokenHeader(), ...(await csrfHeader()) }
  return await callJson(path, { method: 'POST', headers, body: JSON.stringify(body) }, schema)
}

/** Deletes what is at `path`; throws ApiError. */
export async function deleteAt(path: string): Promise<void> {
  await callJson(path, { method: 'DELETE', headers: { ...tokenHeader(), ...(await csrfHeader()) } }, z.unknown())
}

/** What a session asks of requests that change something, as the service gives it now; nothing without a session. */
async function csrfHeader(): Promise<Record<string, string>> {
  const { csrf } = await getJson('/api/v1/session', Session)
  return csrf === null ? {} : { 'x-adit-csrf': csrf }
}

async function callJson<T>(path: string, init: RequestInit, schema: z.ZodType<T>): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ApiError(0, path, error instanceof Error ? error.message : String(error))
  }
  const text = await response.text()
  if (!response.ok) {
    const { detail, title = response.statusText, code } = problemIn(text)
    throw new ApiError(response.status, path, detail ?? title, code)
  }
  const parsed = schema.safeParse(text === '' ? {} : parseOr(text, path))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new ApiError(response.status, path, `unexpected answer: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
  }
  return inert(parsed.data)
}

function problemIn(text: string): z.output<typeof Problem> {
  try {
    const problem = Problem.safeParse(JSON.parse(text))
    return problem.success ? inert(problem.data) : {}
  } catch {
    return {}
  }
}

function parseOr(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(200, path, 'the answer is not JSON')
  }
}
