/**
 * Who may do what. A route that changes something names the roles that may; without that it cannot even be registered.
 * Reads are open while the service listens on loopback only, and need a token of any role otherwise.
 */
import type { FastifyRequest } from 'fastify'
import type { Api } from './api.ts'
import { ApiProblem } from './problem.ts'
import type { Role } from './role.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Roles whose token this route asks for. */
    roles?: readonly Role[]
    /** Readable without a token wherever the service listens. */
    open?: boolean
  }
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

export interface Access {
  readonly roleOf: (token: string) => Role | undefined
  /** True while only this machine can reach the service. */
  readonly loopback: boolean
  /** Host names the service answers to besides loopback names, lower case. */
  readonly hosts: readonly string[]
}

export function authorize(app: Api, { roleOf, loopback, hosts }: Access): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    const methods = Array.isArray(method) ? method : [method]
    if (!methods.every((name) => READS.has(name)) && !config?.roles?.length) {
      throw new Error(`${methods.join()} ${url} changes something and names no roles`)
    }
  })

  app.addHook('onRequest', async (request) => {
    // A page of another site can point its own name at 127.0.0.1 (DNS rebinding); the Host header tells.
    if (loopback && !isLoopbackName(request.hostname) && !hosts.includes(request.hostname.toLowerCase())) {
      throw new ApiProblem(
        421,
        'host',
        `This service answers to 127.0.0.1 and localhost; name ${request.hostname.slice(0, 100)} under http.hosts to allow it.`,
      )
    }
    const { roles, open } = request.routeOptions.config
    if (roles) {
      const role = roleOf(bearer(request) ?? '')
      if (!role)
        throw new ApiProblem(401, 'token', 'Send "Authorization: Bearer TOKEN"; "adit token add --role ROLE" makes a token.')
      if (!roles.includes(role)) {
        throw new ApiProblem(403, 'role', `A token of role ${role} may not do this; it takes ${roles.join(' or ')}.`)
      }
    } else if (!loopback && !open && isProtected(request.url) && !roleOf(bearer(request) ?? '')) {
      throw new ApiProblem(401, 'token', 'Off this machine reading takes a token of any role: "Authorization: Bearer TOKEN".')
    }
  })
}

export function isLoopbackAddress(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

function isLoopbackName(hostname: string): boolean {
  return isLoopbackAddress(hostname.toLowerCase().replace(/^\[|\]$/g, ''))
}

/** The console's own files hold no secrets; its data does. */
function isProtected(url: string): boolean {
  return url.startsWith('/api/') || url.startsWith('/metrics')
}

function bearer(request: FastifyRequest): string | undefined {
  return /^Bearer ([\w-]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1]
}
