import { z } from 'zod'
import { Role } from '../../model/role.ts'
import type { Accounts } from './accounts.ts'
import type { Api } from './api.ts'
import { Instant, instantOf } from './instant.ts'
import { OPEN } from './policy.ts'
import { ApiProblem, problems } from './problem.ts'
import { CSRF_HEADER, refuseOtherOrigin } from './same-origin.ts'
import { cookieOf, SESSION_COOKIE, SIGN_ON, takeSession } from './session-cookies.ts'
import { enter, limitTries, placeOf, refusePaused } from './sign-in-answer.ts'
import type { SingleSignOn } from './single-sign-on.ts'

const Credentials = z.strictObject({
  name: z.string().min(1).max(100),
  password: z.string().min(1).max(200),
  code: z.string().max(40).default('').describe('of the second factor, or a recovery code; empty without'),
})

const Asking = z.object({
  caller: z
    .object({
      kind: z.enum(['machine', 'token', 'user']).describe('machine: somebody on this machine, while nobody has an account'),
      name: z.string(),
      role: Role.nullable().describe('null: reads only'),
      counties: z.array(z.string()).nullable().describe('null: all'),
    })
    .nullable()
    .describe('null: sign in, or send a token'),
  csrf: z.string().nullable().describe(`to be repeated in ${CSRF_HEADER} by what changes something; null without a session`),
  until: Instant.nullable().describe('the session ends then at the latest; after 30 minutes without use it ends sooner'),
  hasPassword: z.boolean().describe('the caller signed in and has a password, which POST /api/v1/session/password changes'),
  singleSignOn: z
    .object({ label: z.string(), url: z.string().describe('a page to go to, with ?to=PATH'), reachable: z.boolean() })
    .nullable()
    .describe('an issuer that vouches for people; null: none is configured'),
})

export function sessionRoutes(app: Api, accounts: Accounts, signOn: SingleSignOn | null): void {
  app.get(
    '/api/v1/session',
    {
      config: { policy: { ...OPEN, polled: true } },
      schema: { summary: 'Who asks', tags: ['session'], response: { 200: Asking, ...problems() } },
    },
    async ({ caller, session }) => {
      return {
        caller: caller && { ...caller, counties: caller.counties && [...caller.counties] },
        csrf: session?.csrf ?? null,
        until: session && instantOf(session.until),
        hasPassword: session?.hasPassword ?? false,
        singleSignOn: signOn && {
          label: signOn.label,
          url: `${signOn.publicUrl}${SIGN_ON}`,
          reachable: signOn.trouble === undefined,
        },
      }
    },
  )

  app.post(
    '/api/v1/session',
    {
      bodyLimit: 4_096,
      config: {
        policy: OPEN,
        audit: { action: 'session.sign-in', fields: [] },
        rateLimit: limitTries(accounts),
      },
      schema: {
        summary: 'Sign in with a password and, where there is one, a second factor',
        description: 'What of it was wrong is not told. After five wrong tries an account waits a quarter of an hour.',
        tags: ['session'],
        body: Credentials,
        response: { 204: z.null().describe('signed in: two cookies'), ...problems(400, 401, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      refuseOtherOrigin(request)
      const result = await accounts.signIn({ ...request.body, ...placeOf(request) })
      if (result.outcome === 'paused') refusePaused(reply, result.seconds)
      if (result.outcome === 'refused') {
        request.acted = { subject: result.account ?? '' }
        throw new ApiProblem(401, 'sign-in', 'The name, the password or the code is not right.')
      }
      await enter(request, reply, accounts, result)
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/api/v1/session',
    {
      config: { policy: OPEN, audit: { action: 'session.sign-out', fields: [] } },
      schema: {
        summary: 'Sign out',
        tags: ['session'],
        response: { 204: z.null().describe('signed out'), ...problems(403, 503) },
      },
    },
    async (request, reply) => {
      await accounts.signOut(cookieOf(request, SESSION_COOKIE))
      takeSession(request, reply)
      return reply.code(204).send(null)
    },
  )
}
