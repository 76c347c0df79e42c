/** Takes what a decoder reads, one call a value. Energies in Wh and varh before CT/PT; NaN where reactive energy is missing. */
export interface ReadingSink {
  /** `start` in UTC seconds, `seconds` the length of the interval. */
  reading(meter: string, start: number, seconds: number, energyWh: number, reactiveVarh: number, quality: number): void
  /** A cumulative register at an instant, UTC seconds. */
  register(meter: string, at: number, registerWh: number, reactiveRegisterVarh: number, quality: number): void
  /** An end device event. */
  event(meter: string, at: number, code: string, detail: string): void
}

/** Reads one payload format. Throws DecodeError when the payload is bad; it is then quarantined whole. */
export interface Decoder {
  readonly name: string
  decode(payload: Uint8Array, topic: string, sink: ReadingSink): void
}

/**
 * A payload is bad: which field, which value, and what to do about it. No Error: the trace of the stack would cost more than all
 * else that is done with a bad packet, and nobody looks at it.
 */
export class DecodeError {
  readonly code: string
  readonly field: string
  readonly value: string
  readonly message: string
  readonly remedy: string

  constructor(code: string, field: string, value: string, message: string, remedy: string) {
    this.code = code
    this.field = field
    this.value = value.slice(0, 200)
    this.message = message
    this.remedy = remedy
  }
}
