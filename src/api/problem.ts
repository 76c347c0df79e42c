/** Errors of the API as RFC 9457 problems: what is wrong, which field, which value, what to do. Never our internals. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Refusal } from '../../model/refusal.ts'

export const Problem = z.object({
  type: z.string().describe('urn:adit:problem:CODE'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe('stable, machine-readable'),
  instance: z.string(),
  errors: z
    .array(z.object({ field: z.string(), value: z.string(), remedy: z.string() }))
    .optional()
    .describe('each field that was refused, its value as it came, and what is allowed'),
})
export type Problem = z.infer<typeof Problem>

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not as documented',
  401: 'Who asks must be known',
  403: 'Not for this caller',
  404: 'There is no such thing',
  405: 'Not with this method',
  409: 'A rule says no',
  413: 'The request is too large',
  415: 'Not in this format',
  421: 'Not under this host name',
  429: 'Too many requests',
  500: 'Our fault',
  503: 'Not now',
}

/** What is not now is soon, or it lasts. */
const RETRY_SECONDS = 5

/** The answer is a problem with this status and code. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, detail: string) {
    super(detail)
    this.status = status
    this.code = code
  }
}

/** Entries for a route's `response`, so that the OpenAPI document tells which problems it answers. */
export function problems(...statuses: number[]) {
  const entries = statuses.map((status): [string, ReturnType<typeof answerOf>] => [
    String(status),
    answerOf(TITLES[status] ?? 'Problem'),
  ])
  return Object.fromEntries([
    ...entries,
    ['4xx', answerOf('Any other refusal: 401 without a token, 421, 429')],
    ['5xx', answerOf('Our fault, or not now')],
  ])
}

function answerOf(description: string) {
  return { description, content: { 'application/problem+json': { schema: Problem } } }
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  code: string,
  detail: string,
  errors?: Problem['errors'],
): FastifyReply {
  const problem: Problem = {
    type: `urn:adit:problem:${code}`,
    title: TITLES[status] ?? 'The request failed',
    status,
    detail,
    code,
    instance: request.url.slice(0, 500),
    ...(errors && { errors }),
  }
  if (status === 503) reply.header('retry-after', RETRY_SECONDS)
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="adit"')
  return reply.code(status).type('application/problem+json').serializer(JSON.stringify).send(problem)
}

/** Every error ends here; the log has what a 500 hides. */
export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ApiProblem) return sendProblem(request, reply, error.status, error.code, error.message)
  if (error instanceof Refusal) return sendProblem(request, reply, 409, error.code, error.message)
  if ('validation' in error && error.validation) {
    const where = error.validationContext ?? 'request'
    const errors = error.validation.slice(0, 20).map(({ instancePath, message, params }) => {
      const path = instancePath.split('/').slice(1)
      const keys = 'keys' in params && Array.isArray(params.keys) ? params.keys.map(String) : []
      const field = [...path.filter(Boolean), ...keys].join('.') || where
      return { field, value: valueAt(request, where, [...path, ...keys]), remedy: message ?? 'see /api/openapi.json' }
    })
    const detail = errors.map(({ field, value, remedy }) => `${field} = ${value}: ${remedy}`).join('; ')
    return sendProblem(request, reply, 400, 'validation', detail.slice(0, 2000), errors)
  }
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  if (status < 500) return sendProblem(request, reply, status, codeOf(error), error.message)
  request.log.error({ err: error }, 'request failed')
  if (status === 503) return sendProblem(request, reply, 503, codeOf(error), notNow(error, request))
  return sendProblem(request, reply, 500, 'internal', 'Something broke on our side; the log of the service has it.')
}

/** A server that went away in the middle of a change may have made it. */
function notNow(error: Error, { method }: FastifyRequest): string {
  if (codeOf(error) !== 'database') return 'The service is busy or stopping; try again.'
  if (method === 'GET' || method === 'HEAD') return 'The database does not answer; try again.'
  return 'The database stopped answering: whether this was done is not known. Look whether it was when it answers again; else do it again.'
}

function codeOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'request'
  return code
    .replace(/^FST_(ERR_)?/, '')
    .toLowerCase()
    .replaceAll('_', '-')
}

/** The refused value, as text, at most 200 characters. */
function valueAt(request: FastifyRequest, where: string, path: readonly string[]): string {
  let value: unknown = where === 'querystring' ? request.query : where === 'params' ? request.params : request.body
  for (const key of path) {
    if (key === '') continue
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  }
  return (value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value))).slice(0, 200)
}
