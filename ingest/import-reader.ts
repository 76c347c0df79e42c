import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { DecodeError } from './decoder.ts'
import {
  BLOCK_HEAD_BYTES,
  blockBytes,
  checksumOf,
  IMPORT_BLOCK_ROWS,
  IMPORT_MAGIC,
  type ImportColumns,
  importColumns,
  KIND_READINGS,
  KIND_REGISTERS,
} from './import-format.ts'

export interface ImportBlock {
  readonly kind: typeof KIND_READINGS | typeof KIND_REGISTERS
  readonly columns: ImportColumns
  readonly length: number
}

/** Rows of an import file, block by block. Throws DecodeError when the file is not there or is damaged. */
export function* importRows(path: string): Generator<ImportBlock> {
  const file = open(path)
  try {
    const size = fstatSync(file).size
    const magic = Buffer.alloc(IMPORT_MAGIC.length)
    if (readSync(file, magic, 0, magic.length, 0) !== magic.length || magic.toString() !== IMPORT_MAGIC)
      throw damaged(path, 'is no import file')
    let offset = magic.length
    while (offset < size) {
      const head = new Uint32Array(BLOCK_HEAD_BYTES / 4)
      if (readSync(file, new Uint8Array(head.buffer), 0, BLOCK_HEAD_BYTES, offset) !== BLOCK_HEAD_BYTES)
        throw damaged(path, 'ends in a block')
      const [length, kind, checksum] = head
      if (length === 0 || length > IMPORT_BLOCK_ROWS || (kind !== KIND_READINGS && kind !== KIND_REGISTERS))
        throw damaged(path, 'has a bad block')
      offset += BLOCK_HEAD_BYTES
      const buffer = new ArrayBuffer(blockBytes(length))
      const bytes = new Uint8Array(buffer)
      if (readSync(file, bytes, 0, bytes.length, offset) !== bytes.length) throw damaged(path, 'ends in a block')
      if (checksumOf(bytes) !== checksum) throw damaged(path, 'has a block whose checksum does not hold')
      offset += bytes.length
      yield { kind, columns: importColumns(length, buffer), length }
    }
  } finally {
    closeSync(file)
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw damaged(path, 'is not there')
    throw error
  }
}

function damaged(path: string, how: string): DecodeError {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return new DecodeError(
    'import-file',
    '$.file',
    name,
    `the import file ${name} ${how}`,
    'import the original file again with adit import',
  )
}
