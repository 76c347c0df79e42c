/** For whom has lost the second factor. A code is 80 random bits and counts once: SHA-256 is enough to keep it by. */
import { createHash, randomBytes } from 'node:crypto'
import { base32 } from './one-time-code.ts'

const CODES = 8

/** Such as ABCD-EFGH-IJKL-MNOP. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => groupsOf(randomBytes(10)))
}

/** However it was typed. */
export function recoveryHash(code: string): Uint8Array {
  return createHash('sha256').update(code.toUpperCase().replaceAll(/[\s-]/g, '')).digest()
}

/** In groups of four, to be read from paper. */
export function groupsOf(bytes: Uint8Array): string {
  return (base32(bytes).match(/.{4}/g) ?? []).join('-')
}
