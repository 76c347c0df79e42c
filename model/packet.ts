/** One message as it came in, before anyone read it. `receivedAt` is epoch milliseconds; `gateway` is who was logged in. */
export interface Packet {
  readonly gateway: string
  readonly topic: string
  readonly payload: Uint8Array
  readonly receivedAt: number
}

/** A packet at its place in the journal; positions rise by one from 1 and are never used twice. */
export interface JournalledPacket extends Packet {
  readonly position: number
}
