import type { Kysely } from 'kysely'
import type { LedgerSize } from './build-ledger.ts'
import type { AreaRow, LawfulUseRow, LedgerTables, MineRow, UsagePointRow } from './ledger-tables.ts'

/** All that the look-up columns are made of: of a million rows at every start, what is not needed is not read. */
const LOOK_UP = [
  ...(['row', 'id', 'meter', 'area', 'category', 'latitude', 'longitude', 'contract_kw', 'ct_ratio', 'pt_ratio'] as const),
  ...(['status', 'status_since', 'role'] as const),
] as const
export type LookUpRow = Pick<UsagePointRow, (typeof LOOK_UP)[number]>

/** Rows in memory at once, of millions; more make it no quicker. */
const PAGE = 1_000

/** All rows of the ledgers, page by page; within one transaction they show one moment. */
export class LedgerPages {
  readonly #kysely: Kysely<LedgerTables>

  constructor(kysely: Kysely<LedgerTables>) {
    this.#kysely = kysely
  }

  async version(): Promise<number> {
    const { value } = await this.#kysely.selectFrom('meta').select('value').where('key', '=', 'version').executeTakeFirstOrThrow()
    return value
  }

  async size(): Promise<LedgerSize> {
    return { usagePoints: await this.#count('usage_point'), areas: await this.#count('area') }
  }

  async isEmpty(): Promise<boolean> {
    const { usagePoints, areas } = await this.size()
    return usagePoints + areas + (await this.#count('mine')) === 0
  }

  async *areas(): AsyncGenerator<readonly AreaRow[]> {
    yield* pages(
      -1,
      (row: AreaRow) => row.row,
      (after) => this.#kysely.selectFrom('area').selectAll().where('row', '>', after).orderBy('row').limit(PAGE).execute(),
    )
  }

  async *usagePoints(): AsyncGenerator<readonly UsagePointRow[]> {
    yield* pages(
      -1,
      (row: UsagePointRow) => row.row,
      (after) => this.#kysely.selectFrom('usage_point').selectAll().where('row', '>', after).orderBy('row').limit(PAGE).execute(),
    )
  }

  async *lookUpRows(): AsyncGenerator<readonly LookUpRow[]> {
    yield* pages(
      -1,
      (row: LookUpRow) => row.row,
      (after) =>
        this.#kysely.selectFrom('usage_point').select(LOOK_UP).where('row', '>', after).orderBy('row').limit(PAGE).execute(),
    )
  }

  async *formerMeters(): AsyncGenerator<readonly LedgerTables['former_meter'][]> {
    yield* pages(
      '',
      ({ meter }: LedgerTables['former_meter']) => meter,
      (after) =>
        this.#kysely.selectFrom('former_meter').selectAll().where('meter', '>', after).orderBy('meter').limit(PAGE).execute(),
    )
  }

  /** Few beside usage points. */
  async mines(): Promise<MineRow[]> {
    return await this.#kysely.selectFrom('mine').selectAll().orderBy('id').execute()
  }

  async lawfulUses(): Promise<LawfulUseRow[]> {
    return await this.#kysely
      .selectFrom('lawful_use')
      .selectAll()
      .orderBy('usage_point')
      .orderBy('from_time')
      .orderBy('purpose')
      .execute()
  }

  async #count(table: 'area' | 'usage_point' | 'mine'): Promise<number> {
    const { rows } = await this.#kysely
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow()
    return rows
  }
}

async function* pages<Key, Row>(
  first: Key,
  keyOf: (row: Row) => Key,
  pageAfter: (key: Key) => Promise<Row[]>,
): AsyncGenerator<readonly Row[]> {
  for (let after = first; ; ) {
    const rows = await pageAfter(after)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = keyOf(last)
  }
}
