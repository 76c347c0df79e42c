/** The first token, kept in a file for whoever works on this machine: is it still the one that was made? */
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { basename } from 'node:path'
import { TokenStore } from './api/tokens.ts'
import type { DamagedFile } from './damaged-file.ts'
import type { DataFiles } from './data-directory.ts'
import { keepCopy, placeIn } from './mend-log.ts'
import { placeFile } from './place-file.ts'

/** One that was revoked is nobody's concern. */
export function examineAdminToken({ adminToken, damaged }: DataFiles, tokens: TokenStore): DamagedFile | undefined {
  if (!existsSync(adminToken)) return undefined
  const bytes = readFileSync(adminToken)
  const token = tokenIn(bytes)
  if (token !== undefined && tokens.holderOf(token) !== undefined) return undefined
  const file = basename(adminToken)
  const right = putRight(bytes, tokens)
  if (right) {
    const place = keepCopy(adminToken, damaged)
    placeFile(adminToken, right)
    return {
      file,
      reason: 'a bit had flipped',
      place,
      instead: 'the token as it was made: it is known by its hash',
      remedy: 'nothing is lost; look whether the disk or the memory of this machine is failing',
    }
  }
  if (token !== undefined) return undefined
  const place = placeIn(damaged, file)
  renameSync(adminToken, place)
  return {
    file,
    reason: 'it holds no token',
    place,
    instead: 'nothing: who has the token by other means can use it as before',
    remedy: 'make another with adit token add --role admin, and revoke this one (adit token list)',
  }
}

/** With the bit back in place with which it is a token that holds. */
function putRight(bytes: Buffer, tokens: TokenStore): Buffer | undefined {
  for (const at of bytes.keys()) {
    for (let bit = 0; bit < 8; bit++) {
      const other = Buffer.from(bytes)
      other[at] ^= 1 << bit
      const token = tokenIn(other)
      if (token !== undefined && tokens.holderOf(token) !== undefined) return other
    }
  }
  return undefined
}

function tokenIn(bytes: Buffer): string | undefined {
  const token = /^(.+?)\r?\n?$/.exec(bytes.toString('latin1'))?.[1]
  return token !== undefined && TokenStore.isShaped(token) ? token : undefined
}
