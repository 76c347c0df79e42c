import type { FastifyReply, FastifyRequest } from 'fastify'

export const SESSION_COOKIE = 'adit_session'
/** Given to a browser in which somebody signed in: its tries are counted apart from those of strangers. */
export const DEVICE_COOKIE = 'adit_device'
const DEVICE_DAYS = 180
/** Carried by a browser while its user is at the issuer. */
export const TRIP_COOKIE = 'adit_trip'
/** Carried by whom the issuer vouched for, and who must show a code yet. */
export const VOUCHED_COOKIE = 'adit_vouched'
/** The only requests that are sent either of them. */
export const SIGN_ON = '/api/v1/session/oidc'
const TRIP_SECONDS = 600

/** Empty when there is none, or when it is longer than any of ours. */
export function cookieOf({ headers }: FastifyRequest, name: string): string {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=', 2)
    if (key === name && /^[\w.-]{1,600}$/.test(value)) return value
  }
  return ''
}

/** Ends with the browser; the service ends it sooner. */
export function giveSession(request: FastifyRequest, reply: FastifyReply, token: string): void {
  reply.header('set-cookie', `${SESSION_COOKIE}=${token}; ${attributesOf(request)}`)
}

export function takeSession(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', `${SESSION_COOKIE}=; Max-Age=0; ${attributesOf(request)}`)
}

export function giveDevice(request: FastifyRequest, reply: FastifyReply, device: string): void {
  reply.header('set-cookie', `${DEVICE_COOKIE}=${device}; Max-Age=${DEVICE_DAYS * 86_400}; ${attributesOf(request)}`)
}

/** Lax: the issuer's page leads back here, and a browser counts that as coming from another site. */
export function giveTrip(request: FastifyRequest, reply: FastifyReply, trip: string): void {
  reply.header('set-cookie', `${TRIP_COOKIE}=${trip}; Max-Age=${TRIP_SECONDS}; ${attributesOf(request, SIGN_ON, 'Lax')}`)
}

export function takeTrip(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', `${TRIP_COOKIE}=; Max-Age=0; ${attributesOf(request, SIGN_ON, 'Lax')}`)
}

export function giveVouched(request: FastifyRequest, reply: FastifyReply, vouched: string): void {
  reply.header('set-cookie', `${VOUCHED_COOKIE}=${vouched}; Max-Age=${TRIP_SECONDS}; ${attributesOf(request, SIGN_ON)}`)
}

export function takeVouched(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', `${VOUCHED_COOKIE}=; Max-Age=0; ${attributesOf(request, SIGN_ON)}`)
}

/** Over plain HTTP a browser would not keep a Secure cookie at all. */
function attributesOf({ protocol }: FastifyRequest, path = '/', sameSite = 'Strict'): string {
  return `Path=${path}; HttpOnly; SameSite=${sameSite}${protocol === 'https' ? '; Secure' : ''}`
}
