/** The statements that take lists of rows, the same for both databases. */
import type { Kysely } from 'kysely'
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

  constructor(kysely: Kysely<LedgerTables>) {
    const ids = <Row>(compile: ConstructorParameters<typeof ListStatement<string, Row>>[0]) =>
      new ListStatement(compile, (id) => [id])
    const numbers = (compile: ConstructorParameters<typeof ListStatement<number, unknown>>[0]) =>
      new ListStatement(compile, (row) => [row])
    this.pointsById = ids((some) => kysely.selectFrom('usage_point').selectAll().where('id', 'in', some).compile())
    this.pointsByMeter = ids((some) => kysely.selectFrom('usage_point').selectAll().where('meter', 'in', some).compile())
    this.areasById = ids((some) => kysely.selectFrom('area').selectAll().where('id', 'in', some).compile())
    this.minesById = ids((some) => kysely.selectFrom('mine').selectAll().where('id', 'in', some).compile())
    this.usesOfPoints = ids((some) => kysely.selectFrom('lawful_use').selectAll().where('usage_point', 'in', some).compile())
    this.deletePoints = numbers((some) => kysely.deleteFrom('usage_point').where('row', 'in', some).compile())
    this.deleteAreas = numbers((some) => kysely.deleteFrom('area').where('row', 'in', some).compile())
    this.deleteMines = ids((some) => kysely.deleteFrom('mine').where('id', 'in', some).compile())
    this.insertPoints = new ListStatement<UsagePointRow, unknown>(
      (rows) => kysely.insertInto('usage_point').values(rows).compile(),
      valuesOf,
    )
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

/** In the order of the columns: each kind of row is made in one place, with all of its keys. */
function valuesOf(row: object): readonly unknown[] {
  return Object.values(row)
}
