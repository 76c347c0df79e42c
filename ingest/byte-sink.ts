import type { Decoder, ReadingSink } from './decoder.ts'

/** What a sink says to one value. */
export const TAKEN = 0
export const UNKNOWN_METER = 1
export const TOO_NEW = 2
export const TOO_OLD = 3
export const REPEATED = 4
export const FOREIGN_METER = 5

/**
 * A sink for the hot path: the meter's number stays where it stands, bytes [from, to), and no string is made of it.
 * Units as in ReadingSink. Returns TAKEN or why not.
 */
export interface ByteSink {
  readingAt(
    bytes: Uint8Array,
    from: number,
    to: number,
    start: number,
    seconds: number,
    energyWh: number,
    reactiveVarh: number,
    quality: number,
  ): number
  registerAt(
    bytes: Uint8Array,
    from: number,
    to: number,
    at: number,
    registerWh: number,
    reactiveRegisterVarh: number,
    quality: number,
  ): number
}

/** What a ByteDecoder writes to: `restart` forgets all that came since the payload began. */
export interface PayloadSink extends ByteSink, ReadingSink {
  restart(): void
}

/** A decoder that can also leave meter numbers in place. What it gave before it throws must be dropped. */
export interface ByteDecoder extends Decoder {
  decodeBytes(payload: Uint8Array, topic: string, sink: PayloadSink): void
}

/** The largest energy that one interval or difference may hold, Wh: a 1,000 MW load for an hour. */
export const MOST_WH = 1e9
/** The largest register value, Wh. */
export const MOST_REGISTER_WH = 1e13
/** The longest interval, one day. */
export const MOST_SECONDS = 86_400
/** The most readings, registers or events of one payload. */
export const MOST_ROWS = 100_000
