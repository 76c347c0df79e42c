import type { FastifyReply, FastifyRequest } from 'fastify'

export const SESSION_COOKIE = 'adit_session'
/** Given to a browser in which somebody signed in: its tries are counted apart from those of strangers. */
export const DEVICE_COOKIE = 'adit_device'
const DEVICE_DAYS = 180

/** Empty when there is none, or when it is longer than any of ours. */
export function cookieOf({ headers }: FastifyRequest, name: string): string {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=', 2)
    if (key === name && /^[\w.-]{1,300}$/.test(value)) return value
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

/** Over plain HTTP a browser would not keep a Secure cookie at all. */
function attributesOf({ protocol }: FastifyRequest): string {
  return `Path=/; HttpOnly; SameSite=Strict${protocol === 'https' ? '; Secure' : ''}`
}
