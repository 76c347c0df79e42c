export type StateColumn = Uint8Array | Uint16Array | Uint32Array | Float32Array

/** The columns of a state by name, as a checkpoint takes them and puts them back: they are nearly all of the memory there is. */
export class StateColumns implements Iterable<readonly [name: string, column: StateColumn]> {
  readonly #columns = new Map<string, StateColumn>()

  /** By the first part of their names, then the second. */
  constructor(groups: readonly (readonly [string, Readonly<Record<string, StateColumn>>])[]) {
    for (const [group, columns] of groups) {
      for (const [name, column] of Object.entries(columns)) this.#columns.set(`${group}.${name}`, column)
    }
  }

  [Symbol.iterator](): Iterator<readonly [string, StateColumn]> {
    return this.#columns.entries()
  }

  /** Where so many bytes of a column belong, to be read to; undefined when there is no such column or no room. */
  placeOf(name: string, bytes: number): Uint8Array | undefined {
    const column = this.#columns.get(name)
    if (column === undefined || bytes > column.byteLength) return undefined
    return new Uint8Array(column.buffer, column.byteOffset, bytes)
  }

  /** Puts back what does not stand in its place already; a shorter one is the beginning of its column. */
  restore(part: (name: string) => Uint8Array | undefined): void {
    for (const [name, column] of this.#columns) {
      const saved = part(name)
      if (saved === undefined || (saved.buffer === column.buffer && saved.byteOffset === column.byteOffset)) continue
      new Uint8Array(column.buffer, column.byteOffset, column.byteLength).set(saved)
    }
  }
}
