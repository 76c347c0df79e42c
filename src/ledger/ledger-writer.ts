import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Area } from '../../model/area.ts'
import type { LawfulUse } from '../../model/lawful-use.ts'
import type { Mine } from '../../model/mine.ts'
import type { UsagePoint } from '../../model/usage-point.ts'
import { areaOf, lawfulUseOf, mineOf, real, type SqlRow, text, usagePointOf } from './ledger-rows.ts'

/** What an import did. */
export interface LedgerChange {
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly refused: readonly LedgerRefusal[]
}

/** A record that contradicts the ledger; `index` counts from 0 in what was given. */
export interface LedgerRefusal {
  readonly index: number
  readonly field: string
  readonly value: string
  readonly reason: string
  readonly remedy: string
}

type Outcome = 'added' | 'changed' | 'unchanged' | Omit<LedgerRefusal, 'index'>

/** Writes records to ledger.db: one transaction a call, the version raised when anything changed. */
export class LedgerWriter {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  putAreas(areas: readonly Area[]): LedgerChange {
    const find = this.#database.prepare('SELECT * FROM area WHERE id = ?')
    const put = this.#database.prepare(`INSERT INTO area VALUES ((SELECT count(*) FROM area), ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET feeder = excluded.feeder, county = excluded.county, latitude = excluded.latitude,
      longitude = excluded.longitude, datum = excluded.datum, capacity_kva = excluded.capacity_kva, radius_m = excluded.radius_m,
      name = excluded.name`)
    return this.#change(areas, (area) =>
      upsert(
        find,
        areaOf,
        put,
        area,
        [area.area],
        [
          area.area,
          area.feeder,
          area.county,
          area.latitude,
          area.longitude,
          area.datum,
          area.capacityKva,
          area.radiusMeters,
          area.name,
        ],
      ),
    )
  }

  putMines(mines: readonly Mine[]): LedgerChange {
    const find = this.#database.prepare('SELECT * FROM mine WHERE id = ?')
    const put = this.#database.prepare('INSERT OR REPLACE INTO mine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    return this.#change(mines, (mine) =>
      upsert(
        find,
        mineOf,
        put,
        mine,
        [mine.mine],
        [
          mine.mine,
          mine.name,
          mine.kind,
          mine.county,
          mine.latitude,
          mine.longitude,
          mine.datum,
          mine.uncertaintyMeters,
          mine.openings,
          mine.sealing,
          mine.town,
          mine.responsible,
          mine.supervisor,
          mine.closedOn,
        ],
      ),
    )
  }

  putLawfulUses(uses: readonly LawfulUse[]): LedgerChange {
    const known = this.#database.prepare('SELECT 1 FROM usage_point WHERE id = ?')
    const find = this.#database.prepare('SELECT * FROM lawful_use WHERE usage_point = ? AND purpose = ? AND from_time = ?')
    const put = this.#database.prepare('INSERT OR REPLACE INTO lawful_use VALUES (?, ?, ?, ?, ?, ?)')
    return this.#change(uses, (use) => {
      if (known.get(use.usagePoint) === undefined) {
        const reason = `no ledger knows the usage point ${use.usagePoint}`
        return {
          field: 'usage_point',
          value: use.usagePoint,
          reason,
          remedy: 'import the usage point first, or correct its number',
        }
      }
      const key = [use.usagePoint, use.use, use.from]
      return upsert(find, lawfulUseOf, put, use, key, [use.usagePoint, use.use, use.from, use.to, use.permit, use.maxKw])
    })
  }

  /** A usage point whose meter changed keeps the old number, so that late readings of the old meter still find it. */
  putUsagePoints(usagePoints: readonly UsagePoint[]): LedgerChange {
    const database = this.#database
    const find = database.prepare('SELECT * FROM usage_point WHERE id = ?')
    const holder = database.prepare('SELECT id FROM usage_point WHERE meter = ? AND id <> ?')
    const remember = database.prepare('INSERT OR REPLACE INTO former_meter VALUES (?, ?)')
    let rows = real(database.prepare('SELECT count(*) AS rows FROM usage_point').get()?.rows)
    const insert = database.prepare('INSERT INTO usage_point VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    const update =
      database.prepare(`UPDATE usage_point SET id = ?, meter = ?, area = ?, category = ?, latitude = ?, longitude = ?,
      datum = ?, contract_kw = ?, ct_ratio = ?, pt_ratio = ?, status = ?, status_since = ?, role = ?, name = ?, county = ? WHERE row = ?`)
    return this.#change(usagePoints, (point) => {
      const taken = holder.get(point.meter, point.usagePoint)
      if (taken !== undefined) {
        const reason = `meter ${point.meter} already measures usage point ${text(taken.id)}`
        const remedy =
          'a meter measures one usage point: correct the number, or import the other usage point with its new meter first'
        return { field: 'meter', value: point.meter, reason, remedy }
      }
      const before = find.get(point.usagePoint)
      if (before === undefined) {
        insert.run(rows++, ...valuesOf(point))
        return 'added'
      }
      if (sameRecord(usagePointOf(before), point)) return 'unchanged'
      const row = real(before.row)
      if (before.meter !== point.meter) remember.run(text(before.meter), row)
      update.run(...valuesOf(point), row)
      return 'changed'
    })
  }

  #change<T>(records: readonly T[], put: (record: T) => Outcome): LedgerChange {
    const counts = { added: 0, changed: 0, unchanged: 0 }
    const refused: LedgerRefusal[] = []
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const [index, record] of records.entries()) {
        const outcome = put(record)
        if (typeof outcome === 'string') counts[outcome]++
        else refused.push({ index, ...outcome })
      }
      if (counts.added + counts.changed > 0) this.#database.exec("UPDATE meta SET value = value + 1 WHERE key = 'version'")
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
    return { ...counts, refused }
  }
}

function upsert<T extends object>(
  find: StatementSync,
  toRecord: (row: SqlRow) => T,
  put: StatementSync,
  record: T,
  key: SQLInputValue[],
  values: SQLInputValue[],
): 'added' | 'changed' | 'unchanged' {
  const before = find.get(...key)
  if (before !== undefined && sameRecord(toRecord(before), record)) return 'unchanged'
  put.run(...values)
  return before === undefined ? 'added' : 'changed'
}

function sameRecord(a: object, b: object): boolean {
  return Object.entries(a).every(([key, value]) => Reflect.get(b, key) === value)
}

function valuesOf(point: UsagePoint): SQLInputValue[] {
  return [
    point.usagePoint,
    point.meter,
    point.area,
    point.category,
    point.latitude,
    point.longitude,
    point.datum,
    point.contractKw,
    point.ctRatio,
    point.ptRatio,
    point.status,
    point.statusSince,
    point.role,
    point.name,
    point.county,
  ]
}
