/** The statements that take lists of ids or rows. */
import { type Kysely, sql } from 'kysely'
import type { DatabaseKind } from '../database/database.ts'
import { ListStatement } from '../database/list-statement.ts'
import type { AreaRow, LawfulUseRow, LedgerTables, MineRow, UsagePointRow } from './ledger-tables.ts'

type FormerMeterRow = LedgerTables['former_meter']

export class LedgerStatements {
  readonly pointsById
  readonly pointsByMeter
  readonly areasById
  readonly minesById
  readonly usesOfPoints
  readonly deletePoints
  readonly deleteAreas
  readonly deleteMines
  readonly insertPoints
  readonly insertAreas
  readonly insertMines
  readonly putUses
  readonly putFormerMeters

  constructor(kysely: Kysely<LedgerTables>, kind: DatabaseKind) {
    const ids = <Row>(compile: ConstructorParameters<typeof ListStatement<string, Row>>[0]) =>
      new ListStatement(compile, (some) => some)
    const numbers = (compile: ConstructorParameters<typeof ListStatement<number, unknown>>[0]) =>
      new ListStatement(compile, (some) => some)
    this.pointsById = ids((some) => kysely.selectFrom('usage_point').selectAll().where('id', 'in', some).compile())
    this.pointsByMeter = ids((some) => kysely.selectFrom('usage_point').selectAll().where('meter', 'in', some).compile())
    this.areasById = ids((some) => kysely.selectFrom('area').selectAll().where('id', 'in', some).compile())
    this.minesById = ids((some) => kysely.selectFrom('mine').selectAll().where('id', 'in', some).compile())
    this.usesOfPoints = ids((some) => kysely.selectFrom('lawful_use').selectAll().where('usage_point', 'in', some).compile())
    this.deletePoints = numbers((some) => kysely.deleteFrom('usage_point').where('row', 'in', some).compile())
    this.deleteAreas = numbers((some) => kysely.deleteFrom('area').where('row', 'in', some).compile())
    this.deleteMines = ids((some) => kysely.deleteFrom('mine').where('id', 'in', some).compile())
    this.insertPoints = kind === 'postgresql' ? insertColumns(kysely) : insertRows(kysely)
    this.insertAreas = new ListStatement<AreaRow, unknown>((rows) => kysely.insertInto('area').values(rows).compile(), valuesOf)
    this.insertMines = new ListStatement<MineRow, unknown>((rows) => kysely.insertInto('mine').values(rows).compile(), valuesOf)
    this.putUses = new ListStatement<LawfulUseRow, unknown>(
      (rows) =>
        kysely
          .insertInto('lawful_use')
          .values(rows)
          .onConflict((conflict) =>
            conflict.columns(['usage_point', 'purpose', 'from_time']).doUpdateSet(({ ref }) => ({
              to_time: ref('excluded.to_time'),
              permit: ref('excluded.permit'),
              max_kw: ref('excluded.max_kw'),
            })),
          )
          .compile(),
      valuesOf,
    )
    this.putFormerMeters = new ListStatement<FormerMeterRow, unknown>(
      (rows) =>
        kysely
          .insertInto('former_meter')
          .values(rows)
          .onConflict((conflict) =>
            conflict.column('meter').doUpdateSet(({ ref }) => ({ usage_point_row: ref('excluded.usage_point_row') })),
          )
          .compile(),
      valuesOf,
    )
  }
}

function insertRows(kysely: Kysely<LedgerTables>): ListStatement<UsagePointRow, unknown> {
  return new ListStatement<UsagePointRow, unknown>((rows) => kysely.insertInto('usage_point').values(rows).compile(), valuesOf)
}

/** A list for each column instead of a value for each field: PostgreSQL takes millions of rows in less than half the time. */
function insertColumns(kysely: Kysely<LedgerTables>): ListStatement<UsagePointRow, unknown> {
  const columns = Object.keys(POINT_TYPES)
  const names = sql.join(columns.map((column) => sql.ref(column)))
  const lists = sql.join(Object.values(POINT_TYPES).map((type) => sql`${null}::${sql.raw(type)}[]`))
  const compiled = sql`INSERT INTO usage_point (${names}) SELECT * FROM unnest(${lists})`.compile(kysely)
  const listsOf = (rows: readonly UsagePointRow[]) => columns.map((column) => rows.map((row) => Reflect.get(row, column)))
  return new ListStatement(() => compiled, listsOf, { atOnce: 1_000 })
}

const POINT_TYPES: Readonly<Record<keyof UsagePointRow, string>> = {
  row: 'bigint',
  id: 'text',
  meter: 'text',
  area: 'text',
  category: 'text',
  latitude: 'double precision',
  longitude: 'double precision',
  datum: 'text',
  contract_kw: 'double precision',
  ct_ratio: 'double precision',
  pt_ratio: 'double precision',
  status: 'text',
  status_since: 'bigint',
  role: 'text',
  name: 'text',
  county: 'text',
}

/** In the order of the columns: each kind of row is made in one place, with all of its keys. */
function valuesOf(rows: readonly object[]): readonly unknown[] {
  return rows.flatMap((row) => Object.values(row))
}
