import type { Ledger } from '../model/ledger.ts'
import { ReadingBatchBuilder } from '../model/reading-batch.ts'
import { type ByteSink, TAKEN, TOO_NEW, TOO_OLD, UNKNOWN_METER } from './byte-sink.ts'
import { deviceOf } from './device.ts'
import type { Registers } from './registers.ts'

export interface BatchSinkOptions {
  readonly ledger: Ledger
  readonly registers: Registers
  /** UTC seconds; what starts outside of [earliest, latest] is refused. */
  readonly earliest: number
  readonly latest: number
  /** Rows after which `onFull` is called. */
  readonly rows: number
  /** Takes the rows; the batch is cleared when it returns. */
  readonly onFull: (batch: ReadingBatchBuilder) => void
}

/** Rows of files straight into batches, meters resolved and CT/PT applied: for `adit detect` and whatever reads files without a journal. */
export class BatchSink implements ByteSink {
  readonly #options: BatchSinkOptions
  readonly #batch: ReadingBatchBuilder

  constructor(options: BatchSinkOptions) {
    this.#options = options
    this.#batch = new ReadingBatchBuilder(options.rows)
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
    const { ledger, earliest, latest, rows } = this.#options
    const row = ledger.rowOfMeterBytes(bytes, from, to)
    if (row < 0) return UNKNOWN_METER
    if (start > latest) return TOO_NEW
    if (start < earliest) return TOO_OLD
    const ratio = ledger.usagePoints.ratio[row]
    this.#batch.add(row, start, seconds, energyWh * ratio, reactiveVarh * ratio, quality, 0, 0)
    if (this.#batch.length >= rows) this.flush()
    return TAKEN
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
    const { ledger, registers, earliest, latest, rows } = this.#options
    const row = ledger.rowOfMeterBytes(bytes, from, to)
    if (row < 0) return UNKNOWN_METER
    if (at > latest) return TOO_NEW
    if (at < earliest) return TOO_OLD
    const ratio = ledger.usagePoints.ratio[row]
    const outcome = registers.take(
      row,
      deviceOf(bytes, from, to),
      at,
      registerWh,
      reactiveRegisterVarh,
      quality,
      ratio,
      0,
      this.#batch,
    )
    if (this.#batch.length >= rows) this.flush()
    return outcome
  }

  /** Hands over what is left. */
  flush(): void {
    if (this.#batch.length === 0) return
    this.#options.onFull(this.#batch)
    this.#batch.clear()
  }
}
