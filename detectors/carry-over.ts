/** Moves what is remembered of one row from one bank to another. Columns are row-major: a row is as wide as its share of the column. */
type NamedColumns = Readonly<Record<string, Uint8Array | Uint16Array | Float32Array>>

/** Row `row` of `fromRows` in `from` becomes row `toRow` of `toRows` in `to`; both have the same columns. */
export function carryColumns(
  from: NamedColumns,
  row: number,
  fromRows: number,
  to: NamedColumns,
  toRow: number,
  toRows: number,
): void {
  for (const [name, column] of Object.entries(from)) {
    const width = column.length / fromRows
    if (to[name].length !== width * toRows) throw new RangeError(`column ${name} is of another width`)
    to[name].set(column.subarray(row * width, row * width + width), toRow * width)
  }
}

export function carryEntry<T>(
  from: ReadonlyMap<number, T>,
  row: number,
  to: Map<number, T>,
  toRow: number,
  told: (entry: T) => T = (entry) => entry,
): void {
  const entry = from.get(row)
  if (entry === undefined) to.delete(toRow)
  else to.set(toRow, told(entry))
}
