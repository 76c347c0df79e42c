type ColumnType =
  | typeof Uint8Array
  | typeof Int8Array
  | typeof Uint16Array
  | typeof Int16Array
  | typeof Uint32Array
  | typeof Int32Array
  | typeof Float32Array
  | typeof Float64Array

export type ColumnTypes = Readonly<Record<string, ColumnType>>
export type Columns<T extends ColumnTypes> = { readonly [K in keyof T]: InstanceType<T[K]> }

/** Typed-array columns over one buffer, `rows` elements each (times `width` for columns named in `widths`): a snapshot is the buffer. */
export function allocateColumns<T extends ColumnTypes>(
  types: T,
  rows: number,
  widths: Partial<Record<keyof T, number>> = {},
  buffer = new ArrayBuffer(bytesOfColumns(types, rows, widths)),
): Columns<T> {
  const columns: Record<string, ArrayBufferView> = {}
  let offset = 0
  for (const [name, type] of widestFirst(types)) {
    const length = rows * (widths[name] ?? 1)
    columns[name] = new type(buffer, offset, length)
    offset += length * type.BYTES_PER_ELEMENT
  }
  return columns as Columns<T>
}

export function bytesOfColumns<T extends ColumnTypes>(
  types: T,
  rows: number,
  widths: Partial<Record<keyof T, number>> = {},
): number {
  let bytes = 0
  for (const [name, type] of Object.entries(types)) bytes += rows * (widths[name] ?? 1) * type.BYTES_PER_ELEMENT
  return bytes
}

/** Widest element first, so that every column is aligned whatever the number of rows. */
function widestFirst(types: ColumnTypes): [string, ColumnType][] {
  return Object.entries(types).sort(([, a], [, b]) => b.BYTES_PER_ELEMENT - a.BYTES_PER_ELEMENT)
}
