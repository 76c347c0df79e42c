import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import type { FastifyReply } from 'fastify'
import { harmlessCell } from '../harmless-cell.ts'

/** A county's rows are made anew for each export: they are not asked for all the time. */
export const EXPORTS_PER_MINUTE = 30

/** By the name of the column, in order. */
export type ExportColumns<T> = Readonly<Record<string, (row: T) => string | number | null>>

/** UTF-8 with BOM, as it is made: the rows of a county need not be in memory together. */
export function sendCsv<T>(reply: FastifyReply, name: string, columns: ExportColumns<T>, rows: AsyncIterable<T>): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Readable.from(csvOf(columns, rows)))
}

async function* csvOf<T>(columns: ExportColumns<T>, rows: AsyncIterable<T>): AsyncGenerator<string> {
  yield `\ufeff${stringify([Object.keys(columns)])}`
  for await (const row of rows) yield stringify([Object.values(columns).map((cell) => cellOf(cell(row)))])
}

function cellOf(value: string | number | null): string {
  return typeof value === 'string' ? harmlessCell(value) : value === null ? '' : String(value)
}
