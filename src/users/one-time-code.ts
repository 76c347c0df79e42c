/** The second factor: codes by time (TOTP, RFC 6238 over HOTP, RFC 4226), as every authenticator app makes them. */
import { createHmac, timingSafeEqual } from 'node:crypto'

const STEP_SECONDS = 30
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The code of one step of thirty seconds (RFC 4226 §5.3). */
export function codeOfStep(secret: Uint8Array, step: number, digits = 6): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const number = mac.readUInt32BE(mac[19] & 0xf) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

export function stepAt(now: number): number {
  return Math.floor(now / 1000 / STEP_SECONDS)
}

/** The step whose code it is: this one, or a neighbour, for clocks are never quite right (RFC 6238 §5.2); undefined for none. */
export function stepOfCode(secret: Uint8Array, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined
  const step = stepAt(now)
  return [step, step - 1, step + 1].find((near) => timingSafeEqual(Buffer.from(codeOfStep(secret, near)), Buffer.from(code)))
}

/** RFC 4648 §6, without padding. */
export function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

/** What authenticator apps take, as text or as a picture of it. */
export function keyUri(name: string, secret: Uint8Array): string {
  return `otpauth://totp/Adit:${encodeURIComponent(name)}?secret=${base32(secret)}&issuer=Adit`
}
