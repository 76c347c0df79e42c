/**
 * What a route changes is in the audit log. A route that changes something names its action; without that it cannot even
 * be registered. The record stands before anything is changed: when it cannot be written, nothing is.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuditAction, AuditActor, AuditEntry, AuditRecord, AuditWriter } from '../../model/audit-record.ts'
import type { Role } from '../../model/role.ts'
import type { Api } from './api.ts'
import { ApiProblem } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    audit?: AuditedRoute
  }
  interface FastifyRequest {
    /** What is known only after it was done: who signed in, or why not. Goes into the record of the end. */
    acted: Partial<AuditActor & Pick<AuditEntry, 'subject' | 'outcome' | 'detail'>> | null
  }
}

interface AuditedRoute {
  readonly action: AuditAction
  /** Of params, body and query what is recorded, the subject first. Never a secret. */
  readonly fields: readonly string[]
  /** Only requests with this field are an action, and only these roles may do it; all others just read. */
  readonly only?: { readonly withField: string; readonly roles: readonly Role[] }
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

export function auditRoutes(app: Api, audit: AuditWriter): void {
  const begun = new WeakMap<FastifyRequest, { entry: Omit<AuditEntry, 'outcome'>; record: AuditRecord }>()

  app.decorateRequest('acted', null)
  app.addHook('onRoute', ({ method, url, config }) => {
    const methods = Array.isArray(method) ? method : [method]
    if (!methods.every((name) => READS.has(name)) && config?.audit === undefined) {
      throw new Error(`${methods.join()} ${url} changes something and names no action for the audit log`)
    }
  })

  // after the schema has looked at it: what is refused as undocumented changes nothing
  app.addHook('preHandler', async (request) => {
    const { audit: audited } = request.routeOptions.config
    if (!audited) return
    const { action, fields, only } = audited
    if (only && valueOfField(request, only.withField) === undefined) return
    const given = fields.map((field): [string, unknown] => [field, valueOfField(request, field)])
    const entry = {
      ...actorOf(request),
      action,
      subject: subjectOf(given),
      detail: { ...Object.fromEntries(given), from: request.ip },
    }
    try {
      const [record] = await audit.append([{ ...entry, outcome: 'begun' }])
      begun.set(request, { entry, record })
    } catch (error) {
      request.log.error({ err: error, action }, 'the audit log cannot be written: the request is refused')
      throw new ApiProblem(503, 'audit', 'Nothing was done: the audit log cannot be written. The log of the service says why.')
    }
    if (only) refuseOthers(only.roles, entry.role)
  })

  app.addHook('onSend', async (request, reply) => {
    const beginning = begun.get(request)
    if (!beginning) return
    begun.delete(request)
    const { record } = beginning
    const entry = { ...beginning.entry, ...request.acted }
    const detail = { of: record.sequence, status: reply.statusCode, ...request.acted?.detail }
    await audit.append([{ ...entry, detail, outcome: request.acted?.outcome ?? outcomeOf(reply) }]).catch((error: unknown) => {
      request.log.error({ err: error, of: record.sequence }, 'the end of an action is not in the audit log')
    })
  })
}

function refuseOthers(roles: readonly Role[], role: string | null): void {
  if (roles.some((one) => one === role)) return
  const needed = roles.join(' or ')
  if (role === null) throw new ApiProblem(401, 'token', `Say who you are: this takes the role ${needed}.`)
  throw new ApiProblem(403, 'role', `The role ${role} may not do this; it takes ${needed}.`)
}

function outcomeOf({ statusCode }: FastifyReply): AuditEntry['outcome'] {
  if (statusCode < 400) return 'done'
  return statusCode < 500 ? 'refused' : 'failed'
}

function valueOfField({ params, body, query }: FastifyRequest, field: string): unknown {
  for (const place of [params, body, query]) {
    const value: unknown = typeof place === 'object' && place !== null ? Reflect.get(place, field) : undefined
    if (value !== undefined) return value
  }
  return undefined
}

function subjectOf(given: readonly (readonly [string, unknown])[]): string {
  const first = given.find(([, value]) => value !== undefined)?.[1]
  if (first === undefined) return ''
  return typeof first === 'string' ? first : JSON.stringify(first)
}

/** Who asks, as authorize.ts found; `nobody` on this machine while nobody has an account. */
function actorOf({ caller }: FastifyRequest): AuditActor {
  if (caller === null || caller.kind === 'machine') return { actor: 'nobody', role: null }
  return { actor: `${caller.kind}:${caller.name}`, role: caller.role }
}
