/**
 * Who may do what. Every route has a policy (policy.ts); one without cannot be registered, so a forgotten policy stops the
 * service before it listens. Who asks is told by a token, or by the cookie of a session. Reads without either are answered
 * while only this machine can ask and nobody has an account.
 */
import type { FastifyRequest } from 'fastify'
import type { Counties } from '../../model/counties.ts'
import type { Session } from '../../model/session.ts'
import type { Accounts } from './accounts.ts'
import type { Api } from './api.ts'
import { type Caller, THIS_MACHINE } from './caller.ts'
import { inTime } from './in-time.ts'
import { ANYONE, FILES, type Policy } from './policy.ts'
import { ApiProblem } from './problem.ts'
import { refuseForgery } from './same-origin.ts'
import { cookieOf, SESSION_COOKIE } from './session-cookies.ts'
import type { TokenHolder } from './tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on a route that is open to anybody, when they did not say who they are. */
    caller: Caller | null
    session: Session | null
  }
}

const READS = new Set(['GET', 'HEAD'])
const NOBODY_KNOWN = { caller: null, session: null }
const NOBODY: Policy = { roles: [], answers: 'whole' }

export interface Access {
  readonly holderOf: (token: string) => TokenHolder | undefined
  readonly accounts: Accounts
  /** True while only this machine can reach the service. */
  readonly loopback: boolean
  /** An issuer vouches for people: reading takes a login before there is an account, too. */
  readonly manyPeople: boolean
  /** Host names the service answers to besides loopback names, lower case. */
  readonly hosts: readonly string[]
}

/** Before any route. Returns what tells whether the caller of an answer that lasts may still have it. */
export function authorize(app: Api, access: Access): (request: FastifyRequest) => Promise<boolean> {
  app.decorateRequest('caller', null)
  app.decorateRequest('session', null)

  app.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.policy) throw new Error(`${[method].flat().join()} ${url} has no policy: say in its config who may call it`)
  })

  app.addHook('onRequest', async (request) => {
    const { loopback, hosts } = access
    // A page of another site can point its own name at 127.0.0.1 (DNS rebinding); the Host header tells.
    if (loopback && !isLoopbackName(request.hostname) && !hosts.includes(request.hostname.toLowerCase())) {
      throw new ApiProblem(
        421,
        'host',
        `This service answers to 127.0.0.1 and localhost; name ${request.hostname.slice(0, 100)} under http.hosts to allow it.`,
      )
    }
    const policy = request.is404 ? (isProtected(request.url) ? ANYONE : FILES) : (request.routeOptions.config.policy ?? NOBODY)
    if (policy.blind) return
    const { caller, session } = await whoAsks(request, access, policy.polled === true).catch((error: unknown) => {
      if (policy.roles !== 'anybody') throw error
      // health is told while accounts cannot be looked up, too
      request.log.warn({ err: error }, 'who asks cannot be looked up')
      return NOBODY_KNOWN
    })
    request.caller = caller
    request.session = session
    if (session && !READS.has(request.method)) refuseForgery(request, session)
    refuseOthers(request, caller, policy)
  })

  return async (request) => {
    const { caller } = await whoAsks(request, access, true)
    return caller !== null && sameRights(caller, request.caller)
  }
}

export function isLoopbackAddress(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

/** The counties of whoever asks; nobody's when it is not known who that is. */
export function countiesOf({ caller }: FastifyRequest): Counties {
  return caller === null ? [] : caller.counties
}

function isLoopbackName(hostname: string): boolean {
  return isLoopbackAddress(hostname.toLowerCase().replace(/^\[|\]$/g, ''))
}

/** That some path of the API is none is told to those who may read; any other path is a page of the console. */
function isProtected(url: string): boolean {
  return url.startsWith('/api') || url.startsWith('/metrics')
}

/** A token counts before a cookie; one that is wrong is nobody, whatever else came with it. */
async function whoAsks(
  request: FastifyRequest,
  { holderOf, accounts, loopback, manyPeople }: Access,
  polled: boolean,
): Promise<{ caller: Caller | null; session: Session | null }> {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const holder = holderOf(/^Bearer ([\w-]{1,200})$/i.exec(authorization)?.[1] ?? '')
    return { caller: holder ? { kind: 'token', ...holder } : null, session: null }
  }
  const cookie = cookieOf(request, SESSION_COOKIE)
  const session = cookie === '' ? undefined : await inTime(accounts.sessionOf(cookie, Date.now(), polled))
  if (session) {
    const { name, role, counties } = session
    return { caller: { kind: 'user', name, role, counties }, session }
  }
  return { caller: loopback && !manyPeople && !(await inTime(accounts.exist())) ? THIS_MACHINE : null, session: null }
}

function refuseOthers({ method, is404 }: FastifyRequest, caller: Caller | null, { roles, answers }: Policy): void {
  if (roles === 'anybody') return
  if (caller === null || (caller.role === null && !is404 && !READS.has(method))) {
    throw new ApiProblem(
      401,
      'token',
      'Sign in on the page, or send "Authorization: Bearer TOKEN"; "adit token add --role ROLE" makes a token.',
    )
  }
  if (caller.role === null && roles.length > 0) return
  if (caller.role === null || !roles.includes(caller.role)) {
    throw new ApiProblem(403, 'role', `The role ${caller.role} may not do this; it takes ${roles.join(' or ')}.`)
  }
  if (answers === 'whole' && caller.counties !== null) {
    throw new ApiProblem(403, 'counties', 'This speaks of all counties at once; it takes somebody who is bound to none.')
  }
}

function sameRights(one: Caller, other: Caller | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
