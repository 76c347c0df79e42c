/** One row of a file that was not taken. */
export interface CsvReject {
  readonly line: number
  readonly column: string
  readonly value: string
  readonly reason: string
  readonly remedy: string
  /** The row as it stands in the file. */
  readonly row: string
}

/** A file whose header or text is beyond reading: nothing of it can be taken. */
export class CsvFileError extends Error {
  override readonly name = 'CsvFileError'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}
