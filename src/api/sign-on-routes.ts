/** To the issuer that vouches for people, and back. What does not go well ends on the page, which says why. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { SignOnOutcome } from '../../model/session.ts'
import type { Accounts } from './accounts.ts'
import type { Api } from './api.ts'
import { OPEN } from './policy.ts'
import { ApiProblem, problems } from './problem.ts'
import { refuseOtherOrigin } from './same-origin.ts'
import {
  cookieOf,
  giveTrip,
  giveVouched,
  SIGN_ON,
  TRIP_COOKIE,
  takeTrip,
  takeVouched,
  VOUCHED_COOKIE,
} from './session-cookies.ts'
import { enter, limitTries, placeOf, refusePaused } from './sign-in-answer.ts'
import type { SingleSignOn } from './single-sign-on.ts'

const REDIRECT = z.null().describe('to the issuer, or to a page of ours')
const Wanted = z.object({ to: z.string().max(500).default('/').describe('a page of ours, to be shown afterwards') })
/** RFC 6749 §4.1.2: other parameters may come along. */
const Answer = z.looseObject({
  code: z.string().max(4_096).optional(),
  state: z.string().max(500).optional(),
  error: z.string().max(500).optional(),
})
const Code = z.strictObject({ code: z.string().min(1).max(40).describe('of the second factor, or a recovery code') })

export function signOnRoutes(app: Api, accounts: Accounts, signOn: SingleSignOn | null): void {
  const rateLimit = limitTries(accounts)

  app.get(
    SIGN_ON,
    {
      config: { policy: OPEN, rateLimit },
      schema: {
        summary: 'Sign in through the issuer',
        tags: ['session'],
        querystring: Wanted,
        response: { 303: REDIRECT, ...problems(400, 404) },
      },
    },
    async (request, reply) => {
      const { to } = request.query
      const away = await configured(signOn).begin(to, Date.now())
      if (!away) return reply.redirect(page({ refused: 'unreachable', to }), 303)
      giveTrip(request, reply, away.trip)
      return reply.redirect(away.url, 303)
    },
  )

  app.get(
    `${SIGN_ON}/callback`,
    {
      config: { policy: OPEN, rateLimit, audit: { action: 'session.sign-in', fields: [] } },
      schema: {
        summary: 'Back from the issuer',
        description: 'The redirect URI of OpenID Connect; counts in the browser that asked, once.',
        tags: ['session'],
        querystring: Answer,
        response: { 303: REDIRECT, ...problems(400, 404, 503) },
      },
    },
    async (request, reply) => {
      const answer = { query: URL.parse(request.url, 'http://ours')?.search ?? '', trip: cookieOf(request, TRIP_COOKIE) }
      const result = await configured(signOn).finish({ ...answer, ...placeOf(request) })
      takeTrip(request, reply)
      if (result.outcome === 'signed-in') {
        await enter(request, reply, accounts, result)
        return reply.redirect(result.to.replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent), 303)
      }
      note(request, result)
      if (result.outcome === 'refused') return reply.redirect(page({ refused: result.why, to: result.to }), 303)
      giveVouched(request, reply, result.vouched)
      return reply.redirect(page({ step: 'code', to: result.to }), 303)
    },
  )

  app.post(
    `${SIGN_ON}/code`,
    {
      bodyLimit: 4_096,
      config: { policy: OPEN, rateLimit, audit: { action: 'session.sign-in', fields: [] } },
      schema: {
        summary: 'The second factor of whom the issuer vouched for',
        tags: ['session'],
        body: Code,
        response: { 204: z.null().describe('signed in: two cookies'), ...problems(400, 401, 403, 404, 429, 503) },
      },
    },
    async (request, reply) => {
      refuseOtherOrigin(request)
      const vouched = cookieOf(request, VOUCHED_COOKIE)
      const result = await configured(signOn).finishByCode({ ...request.body, ...placeOf(request), vouched })
      if (result.outcome === 'paused') refusePaused(reply, result.seconds)
      if (result.outcome === 'refused') {
        request.acted = { subject: result.account ?? '' }
        if (result.account !== null) throw new ApiProblem(401, 'sign-in', 'The code is not right.')
        throw new ApiProblem(401, 'sign-in-over', 'That the issuer vouched for somebody was too long ago: sign in again.')
      }
      takeVouched(request, reply)
      await enter(request, reply, accounts, result)
      return reply.code(204).send(null)
    },
  )
}

function configured(signOn: SingleSignOn | null): SingleSignOn {
  if (signOn) return signOn
  throw new ApiProblem(404, 'no-single-sign-on', 'Nobody vouches for people here; signIn.oidc configures an issuer.')
}

/** Where one signs in, on this site whatever `to` says: it is looked at there and when the trip began. */
function page(query: Readonly<Record<string, string>>): string {
  return `/sign-in?${new URLSearchParams(query)}`
}

function note(request: FastifyRequest, result: Exclude<SignOnOutcome, { outcome: 'signed-in' }>): void {
  if (result.outcome === 'code-wanted') {
    request.acted = { subject: result.account, outcome: 'refused', detail: { reason: 'their code is still wanted' } }
    return
  }
  const { why, who, reason } = result
  request.acted = { subject: who.slice(0, 300), outcome: 'refused', detail: { why, reason } }
  if (why !== 'unknown' && why !== 'cancelled') request.log.warn({ why, reason }, 'somebody could not sign in through the issuer')
}
