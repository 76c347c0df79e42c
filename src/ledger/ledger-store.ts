import type { Transaction } from 'kysely'
import type { Area } from '../../model/area.ts'
import type { LawfulUse } from '../../model/lawful-use.ts'
import type { Ledger } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import type { UsagePoint } from '../../model/usage-point.ts'
import { Database } from '../database/database.ts'
import type { DatabaseConfig } from '../database/database-config.ts'
import { LedgerBuilder, type LedgerSize } from './build-ledger.ts'
import type { LedgerChange } from './ledger-change.ts'
import { LedgerPages } from './ledger-pages.ts'
import { areaOf, lawfulUseOf, lookUpPointOf, mineOf, usagePointOf } from './ledger-rows.ts'
import { LedgerStatements } from './ledger-statements.ts'
import { LEDGER_MIGRATIONS, type LedgerTables } from './ledger-tables.ts'
import { LedgerWriter } from './ledger-writer.ts'

export interface LedgerStoreOptions {
  readonly database: DatabaseConfig
  /** The file when the database is embedded. */
  readonly file: string
  /** Sees what is loaded before anybody uses it; may throw. */
  readonly accept?: (ledger: Ledger) => void
  readonly trouble?: (error: Error) => void
}

/**
 * The ledgers (台账) in the database of the configuration: usage points, transformer areas, mines, lawful uses. Others change them
 * beside us (`adit import`, on another machine too): `version` tells cheaply when to `load` again.
 */
export class LedgerStore {
  /** For people: the file, or the server's address. */
  readonly name: string
  readonly #database: Database<LedgerTables>
  readonly #statements: LedgerStatements

  readonly #accept: NonNullable<LedgerStoreOptions['accept']>

  private constructor(database: Database<LedgerTables>, accept: NonNullable<LedgerStoreOptions['accept']>) {
    this.name = database.name
    this.#accept = accept
    this.#database = database
    this.#statements = new LedgerStatements(database.kysely, database.kind)
  }

  /** Rejects with a Refusal when the database cannot be used. */
  static async open({ database: config, file, accept = () => {}, trouble }: LedgerStoreOptions): Promise<LedgerStore> {
    const part = { part: 'ledgers', file, migrations: LEDGER_MIGRATIONS, ...(trouble && { trouble }) }
    return new LedgerStore(await Database.open(config, part), accept)
  }

  /** Rises with every change, whoever made it. */
  async version(): Promise<number> {
    return await this.#database.reading((kysely) => new LedgerPages(kysely).version())
  }

  /** All of it as one immutable set of look-up columns. */
  async load(): Promise<Ledger> {
    const ledger = await this.#database.snapshot(async (transaction) => {
      const pages = new LedgerPages(transaction)
      const builder = new LedgerBuilder(await pages.size())
      for await (const rows of pages.areas()) for (const row of rows) builder.addArea(areaOf(row))
      for await (const rows of pages.formerMeters()) {
        for (const { meter, usage_point_row } of rows) builder.addFormerMeter(meter, usage_point_row)
      }
      for await (const rows of pages.lookUpRows()) for (const row of rows) builder.addUsagePoint(lookUpPointOf(row))
      return builder.build(await pages.version(), (await pages.mines()).map(mineOf), (await pages.lawfulUses()).map(lawfulUseOf))
    })
    this.#accept(ledger)
    return ledger
  }

  async putAreas(areas: readonly Area[]): Promise<LedgerChange> {
    return await this.#put((writer) => writer.putAreas(areas))
  }

  async putUsagePoints(usagePoints: readonly UsagePoint[]): Promise<LedgerChange> {
    return await this.#put((writer) => writer.putUsagePoints(usagePoints))
  }

  async putMines(mines: readonly Mine[]): Promise<LedgerChange> {
    return await this.#put((writer) => writer.putMines(mines))
  }

  async putLawfulUses(uses: readonly LawfulUse[]): Promise<LedgerChange> {
    return await this.#put((writer) => writer.putLawfulUses(uses))
  }

  /** All that another store has, under the same row numbers. Nothing and false when there is something here already. */
  async copyFrom(other: LedgerStore): Promise<boolean> {
    return await this.#database.alone(async (transaction) => {
      const here = new LedgerPages(transaction)
      if (!(await here.isEmpty())) return false
      await other.#database.snapshot((theirs) => this.#copy(new LedgerPages(theirs), transaction))
      return true
    })
  }

  async #copy(from: LedgerPages, transaction: Transaction<LedgerTables>): Promise<void> {
    const writer = new LedgerWriter(transaction, this.#database.kind)
    for await (const rows of from.areas()) await writer.copyAreas(rows)
    for await (const rows of from.usagePoints()) await writer.copyUsagePoints(rows)
    for await (const rows of from.formerMeters()) await writer.copyFormerMeters(rows)
    await writer.putMines((await from.mines()).map(mineOf))
    await writer.putLawfulUses((await from.lawfulUses()).map(lawfulUseOf))
    // a version that nobody has seen here
    await transaction
      .updateTable('meta')
      .set({ value: (await from.version()) + 1 })
      .where('key', '=', 'version')
      .execute()
  }

  /** Those there are. */
  async usagePoints(ids: readonly string[]): Promise<ReadonlyMap<string, UsagePoint>> {
    const rows = await this.#database.reading((kysely) => this.#statements.pointsById.execute(kysely, ids))
    return new Map(rows.map((row) => [row.id, usagePointOf(row)]))
  }

  /** Those there are. */
  async areas(ids: readonly string[]): Promise<ReadonlyMap<string, Area>> {
    const rows = await this.#database.reading((kysely) => this.#statements.areasById.execute(kysely, ids))
    return new Map(rows.map((row) => [row.id, areaOf(row)]))
  }

  /** Of some usage point of an area. */
  async someMeter(): Promise<string | undefined> {
    const found = await this.#database.reading((kysely) =>
      kysely.selectFrom('usage_point').select('meter').where('area', 'is not', null).orderBy('row').limit(1).executeTakeFirst(),
    )
    return found?.meter
  }

  /** Of areas and mines, in order. */
  async counties(): Promise<readonly string[]> {
    const rows = await this.#database.reading((kysely) =>
      kysely.selectFrom('area').select('county').union(kysely.selectFrom('mine').select('county')).orderBy('county').execute(),
    )
    return rows.map(({ county }) => county)
  }

  async size(): Promise<LedgerSize> {
    return await this.#database.reading((kysely) => new LedgerPages(kysely).size())
  }

  async isEmpty(): Promise<boolean> {
    return await this.#database.reading((kysely) => new LedgerPages(kysely).isEmpty())
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  async #put(put: (writer: LedgerWriter) => Promise<LedgerChange>): Promise<LedgerChange> {
    return await this.#database.alone((transaction) => put(new LedgerWriter(transaction, this.#database.kind)))
  }
}
