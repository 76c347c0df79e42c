import type { Decoder, ReadingSink } from './decoder.ts'
import { DecodeError } from './decoder.ts'

/** What a decoder read from one payload, times in UTC seconds, or why it could not. */
export interface DecodedListing {
  readonly readings: readonly {
    meter: string
    start: number
    seconds: number
    energyWh: number
    reactiveVarh: number | null
    quality: number
  }[]
  readonly registers: readonly {
    meter: string
    at: number
    registerWh: number
    reactiveRegisterVarh: number | null
    quality: number
  }[]
  readonly events: readonly { meter: string; at: number; code: string; detail: string }[]
  readonly error: DecodeError | null
}

/** A dry run of a decoder: nothing is looked up and nothing is stored. */
export function listPayload(decoder: Decoder, payload: Uint8Array, topic: string): DecodedListing {
  const readings: DecodedListing['readings'][number][] = []
  const registers: DecodedListing['registers'][number][] = []
  const events: DecodedListing['events'][number][] = []
  const sink: ReadingSink = {
    reading: (meter, start, seconds, energyWh, reactiveVarh, quality) =>
      readings.push({ meter, start, seconds, energyWh, reactiveVarh: orNull(reactiveVarh), quality }),
    register: (meter, at, registerWh, reactiveRegisterVarh, quality) =>
      registers.push({ meter, at, registerWh, reactiveRegisterVarh: orNull(reactiveRegisterVarh), quality }),
    event: (meter, at, code, detail) => events.push({ meter, at, code, detail }),
  }
  try {
    decoder.decode(payload, topic, sink)
    return { readings, registers, events, error: null }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { readings: [], registers: [], events: [], error }
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
