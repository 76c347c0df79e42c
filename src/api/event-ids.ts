/**
 * The ids of the live feed. For who sees all they are positions in the log. Who is bound to counties gets them enciphered: the
 * gaps between positions would tell how much happens elsewhere, and when.
 */
import { createHmac } from 'node:crypto'

export interface EventIds {
  seal(sequence: number): string
  /** A number that is no position of ours when the id is none. */
  open(id: string): number
}

export const PLAIN_IDS: EventIds = { seal: String, open: Number }

const HALF = 2 ** 24
const ROUNDS = 8

/** A Feistel cipher over 48 bits (Luby and Rackoff 1988), so that an id stays a number of at most fifteen digits. */
export function sealedIds(key: Uint8Array): EventIds {
  const scramble = (round: number, half: number): number =>
    createHmac('sha256', key).update(`${round} ${half}`).digest().readUIntBE(0, 3)
  return {
    seal: (sequence) => {
      let [left, right] = [Math.floor(sequence / HALF), sequence % HALF]
      for (let round = 0; round < ROUNDS; round++) [left, right] = [right, left ^ scramble(round, right)]
      return String(left * HALF + right)
    },
    open: (id) => {
      let [left, right] = [Math.floor(Number(id) / HALF), Number(id) % HALF]
      if (left >= HALF) return Number.MAX_SAFE_INTEGER
      for (let round = ROUNDS - 1; round >= 0; round--) [left, right] = [right ^ scramble(round, left), left]
      return left * HALF + right
    },
  }
}
