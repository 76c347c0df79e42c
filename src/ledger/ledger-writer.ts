/**
 * Takes records into the ledgers, many at once: what they meet is looked up together, decided one by one in their order, and
 * written together. In one transaction, so that a file is taken as a whole or not at all.
 */
import type { Transaction } from 'kysely'
import type { Area } from '../../model/area.ts'
import type { LawfulUse } from '../../model/lawful-use.ts'
import type { Mine } from '../../model/mine.ts'
import type { UsagePoint } from '../../model/usage-point.ts'
import type { DatabaseKind } from '../database/database.ts'
import { ChangeCount, type LedgerChange, type Outcome } from './ledger-change.ts'
import { areaRow, lawfulUseRow, mineRow, usagePointRow } from './ledger-rows.ts'
import { LedgerStatements } from './ledger-statements.ts'
import type { AreaRow, LawfulUseRow, LedgerTables, UsagePointRow } from './ledger-tables.ts'

/** Records that are decided together. */
const PART = 2_000

export class LedgerWriter {
  readonly #transaction: Transaction<LedgerTables>
  readonly #statements: LedgerStatements
  readonly #kind: DatabaseKind
  readonly #count = new ChangeCount()

  constructor(transaction: Transaction<LedgerTables>, kind: DatabaseKind) {
    this.#transaction = transaction
    this.#statements = new LedgerStatements(transaction, kind)
    this.#kind = kind
  }

  async putAreas(areas: readonly Area[]): Promise<LedgerChange> {
    const { areasById, deleteAreas, insertAreas } = this.#statements
    let rows = await this.#rowsOf('area')
    for (const some of parts(areas)) {
      const held = byId(
        await areasById.execute(
          this.#transaction,
          some.map(({ area }) => area),
        ),
      )
      const edit = new Edit(held)
      for (const area of some) {
        const row = held.get(area.area)?.row ?? rows++
        this.#count.add(edit.put(area.area, this.#storable(areaRow(row, area))))
      }
      await deleteAreas.execute(
        this.#transaction,
        edit.replaced.map(({ row }) => row),
      )
      await insertAreas.execute(this.#transaction, edit.written)
    }
    return await this.#done()
  }

  async putMines(mines: readonly Mine[]): Promise<LedgerChange> {
    const { minesById, deleteMines, insertMines } = this.#statements
    for (const some of parts(mines)) {
      const edit = new Edit(
        byId(
          await minesById.execute(
            this.#transaction,
            some.map(({ mine }) => mine),
          ),
        ),
      )
      for (const mine of some) this.#count.add(edit.put(mine.mine, this.#storable(mineRow(mine))))
      await deleteMines.execute(
        this.#transaction,
        edit.replaced.map(({ id }) => id),
      )
      await insertMines.execute(this.#transaction, edit.written)
    }
    return await this.#done()
  }

  async putLawfulUses(uses: readonly LawfulUse[]): Promise<LedgerChange> {
    const { pointsById, usesOfPoints, putUses } = this.#statements
    for (const some of parts(uses)) {
      const ids = [...new Set(some.map(({ usagePoint }) => usagePoint))]
      const known = byId(await pointsById.execute(this.#transaction, ids))
      const held = await usesOfPoints.execute(this.#transaction, ids)
      const edit = new Edit(new Map(held.map((use) => [keyOf(use), use])))
      for (const use of some) {
        if (!known.has(use.usagePoint)) {
          this.#count.add(unknownPoint(use.usagePoint))
          continue
        }
        const row = this.#storable(lawfulUseRow(use))
        this.#count.add(edit.put(keyOf(row), row))
      }
      await putUses.execute(this.#transaction, edit.written)
    }
    return await this.#done()
  }

  /** A usage point whose meter changed keeps the old number, so that late readings of the old meter still find it. */
  async putUsagePoints(points: readonly UsagePoint[]): Promise<LedgerChange> {
    const { deletePoints, insertPoints, putFormerMeters } = this.#statements
    let rows = await this.#rowsOf('usage_point')
    for (const some of parts(points)) {
      const { held, holders } = await this.#meeting(some)
      const edit = new Edit(held)
      const former = new Map<string, number>()
      for (const point of some) {
        const { usagePoint: id, meter } = point
        const holder = holders.get(meter)
        if (holder !== undefined && holder !== id) {
          this.#count.add(takenMeter(meter, holder))
          continue
        }
        const before = held.get(id)
        const row = this.#storable(usagePointRow(before?.row ?? rows++, point))
        this.#count.add(edit.put(id, row))
        holders.set(meter, id)
        if (before === undefined || before.meter === meter) continue
        former.set(before.meter, row.row)
        holders.delete(before.meter)
      }
      // first all that are replaced: meters may go round among them
      await deletePoints.execute(
        this.#transaction,
        edit.replaced.map(({ row }) => row),
      )
      await insertPoints.execute(this.#transaction, edit.written)
      await putFormerMeters.execute(
        this.#transaction,
        [...former].map(([meter, row]) => ({ meter, usage_point_row: row })),
      )
    }
    return await this.#done()
  }

  /** Into empty tables, with the row numbers they have. */
  async copyAreas(rows: readonly AreaRow[]): Promise<void> {
    await this.#statements.insertAreas.execute(
      this.#transaction,
      rows.map((row) => this.#storable(row)),
    )
  }

  async copyUsagePoints(rows: readonly UsagePointRow[]): Promise<void> {
    await this.#statements.insertPoints.execute(
      this.#transaction,
      rows.map((row) => this.#storable(row)),
    )
  }

  async copyFormerMeters(rows: readonly LedgerTables['former_meter'][]): Promise<void> {
    await this.#statements.putFormerMeters.execute(this.#transaction, rows)
  }

  /** The usage points of the same ids, by id, and which usage point has which of the meters. */
  async #meeting(points: readonly UsagePoint[]): Promise<{ held: Map<string, UsagePointRow>; holders: Map<string, string> }> {
    const { pointsById, pointsByMeter } = this.#statements
    const held = byId(
      await pointsById.execute(
        this.#transaction,
        points.map(({ usagePoint }) => usagePoint),
      ),
    )
    const holders = new Map([...held.values()].map(({ meter, id }) => [meter, id]))
    const others = points.filter(({ meter }) => !holders.has(meter)).map(({ meter }) => meter)
    for (const { meter, id } of await pointsByMeter.execute(this.#transaction, others)) holders.set(meter, id)
    return { held, holders }
  }

  async #rowsOf(table: 'area' | 'usage_point'): Promise<number> {
    const { rows } = await this.#transaction
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow()
    return rows
  }

  /** PostgreSQL takes no NUL in a text: it keeps the sign that is shown for it. */
  #storable<Row extends object>(row: Row): Row {
    if (this.#kind === 'embedded') return row
    for (const [column, value] of Object.entries(row)) {
      if (typeof value === 'string' && value.includes('\0')) Reflect.set(row, column, value.replaceAll('\0', '␀'))
    }
    return row
  }

  async #done(): Promise<LedgerChange> {
    const { total } = this.#count
    if (total.added + total.changed > 0) {
      await this.#transaction
        .updateTable('meta')
        .set(({ eb }) => ({ value: eb('value', '+', 1) }))
        .where('key', '=', 'version')
        .execute()
    }
    return total
  }
}

/** What a part of an import does to the rows of one table: `held` are the rows as they stand, and stand after what was put. */
class Edit<Row extends object> {
  readonly #before: ReadonlyMap<string, Row>
  readonly #held: Map<string, Row>
  readonly #touched = new Set<string>()

  constructor(held: Map<string, Row>) {
    this.#before = new Map(held)
    this.#held = held
  }

  put(key: string, row: Row): 'added' | 'changed' | 'unchanged' {
    const held = this.#held.get(key)
    if (held && sameRow(held, row)) return 'unchanged'
    this.#held.set(key, row)
    this.#touched.add(key)
    return held ? 'changed' : 'added'
  }

  get written(): Row[] {
    return this.#of(this.#held)
  }

  /** As they stood before. */
  get replaced(): Row[] {
    return this.#of(this.#before)
  }

  #of(rows: ReadonlyMap<string, Row>): Row[] {
    return [...this.#touched].flatMap((key) => rows.get(key) ?? [])
  }
}

function sameRow(a: object, b: object): boolean {
  return Object.entries(a).every(([column, value]) => Reflect.get(b, column) === value)
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]))
}

function keyOf({ usage_point, purpose, from_time }: LawfulUseRow): string {
  return JSON.stringify([usage_point, purpose, from_time])
}

function unknownPoint(id: string): Outcome {
  const reason = `no ledger knows the usage point ${id}`
  return { field: 'usage_point', value: id, reason, remedy: 'import the usage point first, or correct its number' }
}

function takenMeter(meter: string, holder: string): Outcome {
  return {
    field: 'meter',
    value: meter,
    reason: `meter ${meter} already measures usage point ${holder}`,
    remedy: 'a meter measures one usage point: correct the number, or import the other usage point with its new meter first',
  }
}

function* parts<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += PART) yield all.slice(from, from + PART)
}
