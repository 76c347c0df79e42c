import type { ByteSink } from '../ingest/byte-sink.ts'
import type { ImportNote } from '../ingest/import-format.ts'
import { ImportWriter, type ImportWriterOptions } from '../ingest/import-writer.ts'

/**
 * All files of readings of one import as one history in order of time, whatever the order of the files: an area is only
 * judged when all its meters are known for a day, so files of one meter each must not pass one after the other.
 */
export class ReadingsImport implements ByteSink {
  readonly #intervals: ImportWriter
  readonly #registers: ImportWriter

  constructor(options: ImportWriterOptions) {
    this.#intervals = new ImportWriter(options)
    this.#registers = new ImportWriter(options)
  }

  get rows(): number {
    return this.#intervals.rows + this.#registers.rows
  }

  readingAt(
    bytes: Uint8Array,
    from: number,
    to: number,
    start: number,
    seconds: number,
    energyWh: number,
    reactiveVarh: number,
    quality: number,
  ): number {
    return this.#intervals.readingAt(bytes, from, to, start, seconds, energyWh, reactiveVarh, quality)
  }

  registerAt(
    bytes: Uint8Array,
    from: number,
    to: number,
    at: number,
    registerWh: number,
    reactiveRegisterVarh: number,
    quality: number,
  ): number {
    return this.#registers.registerAt(bytes, from, to, at, registerWh, reactiveRegisterVarh, quality)
  }

  /** The finished files, durable; none when there were no rows. */
  finish(): ImportNote[] {
    return [this.#intervals.finish(), this.#registers.finish()].filter((note) => note !== null)
  }

  discard(): void {
    this.#intervals.discard()
    this.#registers.discard()
  }
}
