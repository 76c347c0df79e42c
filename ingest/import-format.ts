import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { allocateColumns, type Columns } from '../model/columns.ts'

/**
 * A file of imported rows under `imports/`: the line `adit-import 1`, then blocks of columns. A block is four u32 (rows,
 * kind, CRC-32 of the columns, 0) and the columns one after the other. Of interval readings (kind 0) the columns are what
 * their names say; of registers (kind 1) `start` is the instant, `seconds` stands for the device, `energyWh` and
 * `reactiveVarh` are the registers. Values are before CT/PT. Little-endian, as every machine that Node runs on.
 */
export const IMPORT_MAGIC = 'adit-import 1\n\n\n'
export const IMPORT_BLOCK_ROWS = 65_536
export const BLOCK_HEAD_BYTES = 16
export const KIND_READINGS = 0
export const KIND_REGISTERS = 1

const TYPES = {
  energyWh: Float64Array,
  reactiveVarh: Float64Array,
  usagePoint: Uint32Array,
  start: Uint32Array,
  seconds: Uint32Array,
  quality: Uint8Array,
} as const
const ROW_BYTES = 29

export type ImportColumns = Columns<typeof TYPES>

/** Columns of `rows` rows, all in one buffer, so that a block is written and read in one piece. */
export function importColumns(rows: number, buffer?: ArrayBuffer): ImportColumns {
  return allocateColumns(TYPES, rows, {}, buffer ?? new ArrayBuffer(rows * ROW_BYTES))
}

export function blockBytes(rows: number): number {
  return rows * ROW_BYTES
}

export function checksumOf(columns: Uint8Array): number {
  return crc32(columns)
}

/** What the journal's packet says of an import. */
export const ImportNote = z.strictObject({
  file: z
    .string()
    .max(100)
    .regex(/^[a-z0-9-]+\.adit$/, 'a file name of the imports directory'),
  rows: z.int().min(1),
})
export type ImportNote = z.infer<typeof ImportNote>
