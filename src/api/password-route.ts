import { z } from 'zod'
import type { Accounts } from './accounts.ts'
import type { Api } from './api.ts'
import { ANYONE } from './policy.ts'
import { ApiProblem, problems } from './problem.ts'
import { cookieOf, SESSION_COOKIE } from './session-cookies.ts'
import { limitTries, placeOf, refusePaused } from './sign-in-answer.ts'

const Change = z.strictObject({
  password: z.string().min(1).max(200).describe('the current one'),
  newPassword: z.string().min(1).max(400).describe('ten characters or more'),
  code: z.string().max(40).default('').describe('of the second factor, or a recovery code; empty without'),
})

export function passwordRoute(app: Api, accounts: Accounts): void {
  app.post(
    '/api/v1/session/password',
    {
      bodyLimit: 4_096,
      config: { policy: ANYONE, audit: { action: 'user.password', fields: [] }, rateLimit: limitTries(accounts) },
      schema: {
        summary: 'Change the password of who signed in',
        description: 'All their other sessions end. Wrong tries count as those of signing in do.',
        tags: ['session'],
        body: Change,
        response: { 204: z.null().describe('changed'), ...problems(400, 401, 403, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      const { session, body } = request
      if (!session?.hasPassword) throw new ApiProblem(403, 'no-password', 'Only who signed in with a password can change it.')
      request.acted = { subject: session.name }
      const token = cookieOf(request, SESSION_COOKIE)
      const result = await accounts.changePassword({ ...body, ...placeOf(request), name: session.name, token })
      if (result.outcome === 'paused') refusePaused(reply, result.seconds)
      // not 401: the session goes on
      if (result.outcome === 'refused')
        throw new ApiProblem(403, 'wrong-password', 'The current password, or the code, is not right.')
      return reply.code(204).send(null)
    },
  )
}
