import { createHmac, timingSafeEqual } from 'node:crypto'

/** What only this installation can make of `text`; each use begins its texts with a word of its own. 43 characters, base64url. */
export function seal(secret: Uint8Array, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

export function isSeal(secret: Uint8Array, text: string, given: string): boolean {
  const [right, other] = [Buffer.from(seal(secret, text)), Buffer.from(given)]
  return right.length === other.length && timingSafeEqual(right, other)
}
