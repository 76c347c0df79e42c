import { type CsvKind, type Layout, recogniseLayout } from './csv-layout.ts'
import { CsvLines } from './csv-lines.ts'
import { CsvFileError } from './csv-reject.ts'
import { namesOf } from './csv-table.ts'

/** The layout of a file by its header alone. Throws CsvFileError when it is none that we take (of `kind`, when given). */
export async function recogniseCsv(source: AsyncIterable<Uint8Array>, kind?: CsvKind): Promise<Layout> {
  let header: readonly string[] | null = null
  const lines = new CsvLines((record) => {
    header ??= namesOf(record)
  })
  try {
    for await (const chunk of source) {
      lines.write(chunk)
      if (header !== null) break
    }
    lines.end()
  } catch (error) {
    // A fault further down is told when the rows are read.
    if (!(error instanceof RangeError)) throw error
    if (header === null) throw new CsvFileError(error.message, 'give a CSV file with a header line')
  }
  if (header === null) throw new CsvFileError('the file is empty', 'a CSV file needs a header line')
  return recogniseLayout(header, kind)
}
