import { expect, test } from 'vitest'
import { newTrip, openTrip, openVouched, vouchedCookie } from '../../src/users/oidc-trip.ts'

const SECRET = new Uint8Array(32).fill(7)
const OTHER = new Uint8Array(32).fill(8)
const NOON = Date.UTC(2026, 10, 27, 4)
const MINUTE = 60_000

test('a trip to the issuer comes back as it left, for ten minutes', () => {
  const { trip, cookie } = newTrip(SECRET, '/alerts?q=矿', NOON)
  expect(openTrip(SECRET, cookie, NOON + 10 * MINUTE)).toEqual(trip)
  expect(trip.to).toBe('/alerts?q=矿')
  expect(openTrip(SECRET, cookie, NOON + 10 * MINUTE + 1)).toBeUndefined()
})

test('each trip has a state, a nonce and a verifier of its own, none of which stands in the cookie', () => {
  const { trip, cookie } = newTrip(SECRET, '/', NOON)
  const another = newTrip(SECRET, '/', NOON).trip
  const parts = [trip.state, trip.nonce, trip.verifier, another.state, another.nonce, another.verifier]
  expect(new Set(parts).size).toBe(6)
  for (const part of parts) {
    expect(part).toMatch(/^[\w-]{43}$/)
    expect(cookie).not.toContain(part)
  }
})

test('a cookie of another installation, for another use, or with one letter changed is none', () => {
  const { cookie } = newTrip(SECRET, '/', NOON)
  const vouched = vouchedCookie(SECRET, 'lin', NOON)
  expect(openTrip(OTHER, cookie, NOON)).toBeUndefined()
  expect(openTrip(SECRET, vouched, NOON)).toBeUndefined()
  expect(openVouched(SECRET, cookie, NOON)).toBeUndefined()
  for (const broken of ['', '.', '..', 'a.b.c', cookie.slice(1), cookie.slice(0, -1)])
    expect(openTrip(SECRET, broken, NOON)).toBeUndefined()
  for (let at = 0; at < cookie.length; at++) {
    const changed = `${cookie.slice(0, at)}${cookie[at] === 'A' ? 'B' : 'A'}${cookie.slice(at + 1)}`
    expect(openTrip(SECRET, changed, NOON), changed).toBeUndefined()
  }
})

test('that the issuer vouched for somebody holds for five minutes', () => {
  const cookie = vouchedCookie(SECRET, '林', NOON)
  expect(openVouched(SECRET, cookie, NOON + 5 * MINUTE)).toBe('林')
  expect(openVouched(SECRET, cookie, NOON + 5 * MINUTE + 1)).toBeUndefined()
})
