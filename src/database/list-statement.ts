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
  readonly #parametersOf: (items: readonly Item[]) => readonly unknown[]
  readonly #atOnce: number
  readonly #compiled = new Map<number, CompiledQuery<Row>>()

  /** `parametersOf` gives the values of items in the order in which the statement has them. */
  constructor(
    compile: (items: readonly Item[]) => CompiledQuery<Row>,
    parametersOf: (items: readonly Item[]) => readonly unknown[],
    { atOnce = AT_ONCE } = {},
  ) {
    this.#compile = compile
    this.#parametersOf = parametersOf
    this.#atOnce = atOnce
  }

  /** Of `kysely` or of a transaction. */
  async execute(kysely: QueryExecutor, items: readonly Item[]): Promise<Row[]> {
    const all: Row[] = []
    for (let from = 0; from < items.length; from += this.#atOnce) {
      const some = items.slice(from, from + this.#atOnce)
      const compiled = this.#compiled.get(some.length) ?? this.#compile(some)
      this.#compiled.set(some.length, compiled)
      const { rows } = await kysely.executeQuery<Row>({ ...compiled, parameters: this.#parametersOf(some) })
      for (const row of rows) all.push(row)
    }
    return all
  }
}
