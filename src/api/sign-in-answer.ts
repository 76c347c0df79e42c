/** What signing in has in common, whichever way. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SignInOutcome } from '../../model/session.ts'
import type { Accounts } from './accounts.ts'
import { ApiProblem } from './problem.ts'
import { cookieOf, DEVICE_COOKIE, giveDevice, giveSession, SESSION_COOKIE } from './session-cookies.ts'

const TRIES_PER_MINUTE = 30

/** Browsers in which somebody signed in before are counted apart: strangers cannot use their tries up. */
export function limitTries(accounts: Accounts) {
  const keyGenerator = (request: FastifyRequest) => accounts.deviceOf(cookieOf(request, DEVICE_COOKIE)) ?? request.ip
  return { max: TRIES_PER_MINUTE, keyGenerator }
}

/** From where somebody tries, and when. */
export function placeOf(request: FastifyRequest) {
  return { device: cookieOf(request, DEVICE_COOKIE), address: request.ip, now: Date.now() }
}

export function refusePaused(reply: FastifyReply, seconds: number): never {
  const minutes = Math.ceil(seconds / 60)
  reply.header('retry-after', minutes * 60)
  throw new ApiProblem(429, 'too-many-tries', `Too many wrong tries. Try again in ${minutes} minutes.`)
}

/** The session before is over; its cookies are the new one's. */
export async function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  accounts: Accounts,
  { token, device, session: { name, role } }: Extract<SignInOutcome, { outcome: 'signed-in' }>,
): Promise<void> {
  await accounts.signOut(cookieOf(request, SESSION_COOKIE))
  request.acted = { actor: `user:${name}`, role, subject: name }
  giveSession(request, reply, token)
  if (device !== cookieOf(request, DEVICE_COOKIE)) giveDevice(request, reply, device)
}
