import { readFileSync } from 'node:fs'
import { z } from 'zod'

const Names = z.array(z.strictObject({ what: z.string(), name: z.string().min(1).max(200) }))

/** Names as an enemy would give them; each fits the ledgers' limits. */
export const HOSTILE_NAMES = Names.parse(JSON.parse(readFileSync(new URL('hostile-names.json', import.meta.url), 'utf8')))

/** What has no shape of its own, written out once more so that tests do not look with the eyes of what they test. */
const UNSEEN: readonly (readonly [from: number, to: number])[] = [
  [0, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe00ff],
]

/** The code points of `text` that nobody sees, in hexadecimal. */
export function unseenIn(text: string): string[] {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  return codes.filter((code) => UNSEEN.some(([from, to]) => code >= from && code <= to)).map((code) => code.toString(16))
}
