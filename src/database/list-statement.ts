import type { CompiledQuery, QueryResult } from 'kysely'

/** Items of one statement: more of them make neither database quicker, and both take a limited number of values. */
const AT_ONCE = 250

interface QueryExecutor {
  executeQuery<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>>
}

/**
 * One statement over a list of items, a part of the list at a time. It is compiled once for each length: compiling costs more than
 * SQLite takes to do it.
 */
export class ListStatement<Item, Row> {
  readonly #compile: (items: readonly Item[]) => CompiledQuery<Row>
  readonly #valuesOf: (item: Item) => readonly unknown[]
  readonly #compiled = new Map<number, CompiledQuery<Row>>()

  /** `valuesOf` gives an item's values in the order in which the statement has them. */
  constructor(compile: (items: readonly Item[]) => CompiledQuery<Row>, valuesOf: (item: Item) => readonly unknown[]) {
    this.#compile = compile
    this.#valuesOf = valuesOf
  }

  /** Of `kysely` or of a transaction. */
  async execute(kysely: QueryExecutor, items: readonly Item[]): Promise<Row[]> {
    const all: Row[] = []
    for (let from = 0; from < items.length; from += AT_ONCE) {
      const some = items.slice(from, from + AT_ONCE)
      const compiled = this.#compiled.get(some.length) ?? this.#compile(some)
      this.#compiled.set(some.length, compiled)
      const { rows } = await kysely.executeQuery<Row>({ ...compiled, parameters: some.flatMap(this.#valuesOf) })
      for (const row of rows) all.push(row)
    }
    return all
  }
}
