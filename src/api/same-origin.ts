import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Session } from '../../model/session.ts'
import { ApiProblem } from './problem.ts'

export const CSRF_HEADER = 'x-adit-csrf'

/**
 * A browser sends the cookie whoever made it ask. What changes something by a cookie must therefore come from a page of our
 * own, and repeat what only such a page can read (OWASP Cross-Site Request Forgery Prevention, synchronizer token).
 */
export function refuseForgery(request: FastifyRequest, { csrf }: Session): void {
  refuseOtherOrigin(request)
  const sent = request.headers[CSRF_HEADER]
  if (typeof sent !== 'string' || !isSame(sent, csrf)) {
    throw new ApiProblem(403, 'csrf', `Repeat "csrf" of GET /api/v1/session in the header ${CSRF_HEADER}.`)
  }
}

/** Browsers name the page's origin with everything but plain reads; who is no browser need not. */
export function refuseOtherOrigin({ headers: { origin }, host }: FastifyRequest): void {
  if (origin === undefined) return
  if (URL.parse(origin)?.host !== host.toLowerCase()) {
    throw new ApiProblem(
      403,
      'origin',
      `A page of ${origin.slice(0, 100)} may not do this; a proxy in front must keep the Host header.`,
    )
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
