import { Buffer } from 'node:buffer'
import type { ReadingBatch } from '../../model/reading-batch.ts'

/** What a field stands for when a line does not have it; each field left out saves InfluxDB two CPU seconds per million lines. */
export const ABSENT = { seconds: 900, quality: 0, flags: 0, position: 0, revision: 0 } as const

const NEEDS_ESCAPE = /[^0-9A-Za-z_.:#/-]/
/** Bytes of a line without its usage point, at most. */
const LINE_BYTES = 220

/**
 * Readings as InfluxDB line protocol, times in seconds: `reading,usage_point=ID energy_wh=512.5 1763942400`.
 * Every field is a float. Fields at their usual value (ABSENT) and a missing reactive energy are left out of first values
 * (revision 0); a revision has every field and a tag of its own, so that it can never mix with another value's.
 */
export class LineEncoder {
  readonly #idOf: (usagePoint: number) => string
  #bytes = Buffer.allocUnsafe(1 << 16)
  #at = 0
  #endOfStart = Number.NaN
  #end = Buffer.alloc(0)

  constructor(idOf: (usagePoint: number) => string) {
    this.#idOf = idOf
  }

  /** The lines of rows [from, to). */
  encode({ columns }: ReadingBatch, from: number, to: number): string {
    const { usagePoint, start, seconds, energyWh, reactiveVarh, quality, flags, revision, position } = columns
    this.#at = 0
    for (let row = from; row < to; row++) {
      const id = this.#idOf(usagePoint[row])
      this.#reserve(LINE_BYTES + id.length * 4)
      const first = revision[row] === ABSENT.revision
      if (first) this.#ascii('reading,usage_point=')
      else this.#ascii(`reading,revision=${revision[row]},usage_point=`)
      this.#id(id)
      this.#ascii(' energy_wh=')
      this.#number(energyWh[row])
      if (!Number.isNaN(reactiveVarh[row])) this.#field(',reactive_varh=', reactiveVarh[row])
      if (!first || seconds[row] !== ABSENT.seconds) this.#field(',seconds=', seconds[row])
      if (!first || quality[row] !== ABSENT.quality) this.#field(',quality=', quality[row])
      if (flags[row] !== ABSENT.flags) {
        this.#field(',flags=', flags[row])
        this.#field(',position=', position[row])
      }
      this.#endLine(start[row])
    }
    return this.#bytes.toString('utf8', 0, this.#at)
  }

  #field(name: string, value: number): void {
    this.#ascii(name)
    this.#number(value)
  }

  /** Energies have few decimals: up to three are written digit by digit, and only when they name the very same number. */
  #number(value: number): void {
    const thousandths = Math.round(value * 1000)
    if (!(thousandths >= 0 && thousandths < 2 ** 31 && thousandths / 1000 === value) || Object.is(value, -0)) {
      this.#ascii(String(value))
      return
    }
    const whole = Math.trunc(thousandths / 1000)
    this.#digits(whole)
    const rest = thousandths - whole * 1000
    if (rest === 0) return
    const bytes = this.#bytes
    bytes[this.#at++] = 0x2e
    bytes[this.#at++] = 0x30 + Math.trunc(rest / 100)
    if (rest % 100 === 0) return
    bytes[this.#at++] = 0x30 + (Math.trunc(rest / 10) % 10)
    if (rest % 10 === 0) return
    bytes[this.#at++] = 0x30 + (rest % 10)
  }

  #digits(whole: number): void {
    let length = 1
    for (let power = 10; power <= whole; power *= 10) length++
    for (let at = this.#at + length - 1, rest = whole; at >= this.#at; at--) {
      const tenth = Math.trunc(rest / 10)
      this.#bytes[at] = 0x30 + rest - tenth * 10
      rest = tenth
    }
    this.#at += length
  }

  /** Readings of one packet start together: the end of the line is made once. */
  #endLine(start: number): void {
    if (start !== this.#endOfStart) {
      this.#endOfStart = start
      this.#end = Buffer.from(` ${start}\n`)
    }
    const end = this.#end
    for (let index = 0; index < end.length; index++) this.#bytes[this.#at++] = end[index]
  }

  #id(id: string): void {
    if (!NEEDS_ESCAPE.test(id)) this.#ascii(id)
    else this.#at += this.#bytes.write(id.replaceAll(/[\n\r\\]/g, '_').replaceAll(/[ ,=]/g, '\\$&'), this.#at)
  }

  #ascii(text: string): void {
    const bytes = this.#bytes
    let at = this.#at
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index)
    this.#at = at
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
  }
}
