/** Passwords by argon2id (RFC 9106), with the parameters of OWASP's Password Storage Cheat Sheet; kept in the PHC string format. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const BYTES = 32
const SHAPE = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{11,86})\$([\w+/]{43})$/

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES })
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${unpadded(salt)}$${unpadded(hash)}`
}

/** As long for a hash that is none, or for nobody's, as for any other. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const [, memory = MEMORY_KIB, passes = PASSES, parallelism = LANES, salt = 'bm9ib2R5IG5vYm9keQ', hash] = SHAPE.exec(kept) ?? []
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  const derived = await derive(password, Buffer.from(salt, 'base64'), cost)
  return hash !== undefined && timingSafeEqual(derived, Buffer.from(hash, 'base64'))
}

interface Cost {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** The same characters are the same password, however a keyboard composes them (RFC 8265 §4.2: NFC). */
function derive(password: string, nonce: Uint8Array, cost: Cost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  argon2('argon2id', { message: password.normalize('NFC'), nonce, tagLength: BYTES, ...cost }, (error, key) =>
    error ? reject(error) : resolve(key),
  )
  return promise
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
