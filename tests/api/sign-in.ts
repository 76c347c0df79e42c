import type { LightMyRequestResponse } from 'fastify'
import type { Api } from '../../src/api/api.ts'
import type { Enrolled } from '../../src/users/enrol.ts'
import { codeOfStep, stepAt } from '../../src/users/one-time-code.ts'

/** Headers of a page on which somebody signed in. */
export async function signIn(app: Api, person: Enrolled): Promise<Record<string, string>> {
  const response = await trySignIn(app, { name: person.name, password: person.password, code: codeOf(person) })
  if (response.statusCode !== 204) throw new Error(`${person.name} could not sign in: ${response.body}`)
  const cookie = response.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const { csrf } = (await app.inject({ url: '/api/v1/session', headers: { host: 'localhost', cookie } })).json()
  return { cookie, origin: 'http://localhost', 'x-adit-csrf': csrf }
}

export async function trySignIn(
  app: Api,
  payload: { readonly name: string; readonly password: string; readonly code?: string },
  headers: Record<string, string> = {},
  remoteAddress = '127.0.0.1',
): Promise<LightMyRequestResponse> {
  return await app.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload,
    headers: { host: 'localhost', ...headers },
    remoteAddress,
  })
}

/** What the authenticator app of somebody shows now; empty without a second factor. */
export function codeOf({ secondFactor }: Enrolled, now = Date.now()): string {
  return secondFactor === null ? '' : codeOfStep(bytesOfKey(secondFactor), stepAt(now))
}

export function bytesOfKey(uri: string): Uint8Array {
  const bits = [...(new URL(uri).searchParams.get('secret') ?? '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Uint8Array.from({ length: Math.floor(bits.length / 8) }, (_, at) => Number.parseInt(bits.slice(8 * at, 8 * at + 8), 2))
}
