import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { Area } from '../../model/area.ts'
import type { LawfulUse } from '../../model/lawful-use.ts'
import type { Ledger } from '../../model/ledger.ts'
import type { Mine } from '../../model/mine.ts'
import type { UsagePoint } from '../../model/usage-point.ts'
import { ledgerOfRows } from './build-ledger.ts'
import { areaOf, lawfulUseOf, mineOf, real, type SqlRow, text, usagePointOf } from './ledger-rows.ts'
import { openLedgerSchema } from './ledger-schema.ts'
import { type LedgerChange, LedgerWriter } from './ledger-writer.ts'

export interface Page {
  readonly limit: number
  /** The id after which to go on, '' for the beginning. */
  readonly after: string
}

/**
 * The ledgers (台账) in `ledger.db`: usage points, transformer areas, mines, lawful uses. Safe beside another process
 * that has the file open (`adit import` beside the service): `version` tells cheaply when to `load` again.
 */
export class LedgerStore {
  readonly #database: DatabaseSync
  readonly #writer: LedgerWriter
  readonly #version

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    openLedgerSchema(this.#database)
    this.#version = this.#database.prepare("SELECT value FROM meta WHERE key = 'version'")
    this.#writer = new LedgerWriter(this.#database)
  }

  /** Rises with every change, whoever made it. A few microseconds: fit for polling. */
  version(): number {
    return real(this.#version.get()?.value)
  }

  /** All of it as one immutable set of look-up columns. */
  load(): Ledger {
    this.#database.exec('BEGIN')
    try {
      return ledgerOfRows(
        {
          usagePointCount: this.#count('usage_point'),
          areaCount: this.#count('area'),
          areas: mapped(this.#database.prepare('SELECT * FROM area ORDER BY row').iterate(), areaOf),
          usagePoints: mapped(this.#database.prepare('SELECT * FROM usage_point ORDER BY row').iterate(), usagePointOf),
          mines: this.#all('SELECT * FROM mine ORDER BY id', mineOf),
          lawfulUses: this.#all('SELECT * FROM lawful_use ORDER BY usage_point, from_time, purpose', lawfulUseOf),
          formerMeters: mapped(this.#database.prepare('SELECT * FROM former_meter ORDER BY meter').iterate(), (row) => [
            text(row.meter),
            real(row.usage_point_row),
          ]),
        },
        this.version(),
      )
    } finally {
      this.#database.exec('COMMIT')
    }
  }

  /** A copy in a new file, for trying a change without making it. */
  copyTo(path: string): void {
    this.#database.prepare('VACUUM INTO ?').run(path)
  }

  putAreas(areas: readonly Area[]): LedgerChange {
    return this.#writer.putAreas(areas)
  }

  putUsagePoints(usagePoints: readonly UsagePoint[]): LedgerChange {
    return this.#writer.putUsagePoints(usagePoints)
  }

  putMines(mines: readonly Mine[]): LedgerChange {
    return this.#writer.putMines(mines)
  }

  putLawfulUses(uses: readonly LawfulUse[]): LedgerChange {
    return this.#writer.putLawfulUses(uses)
  }

  usagePoint(id: string): UsagePoint | null {
    return this.#one('SELECT * FROM usage_point WHERE id = ?', usagePointOf, id)
  }

  area(id: string): Area | null {
    return this.#one('SELECT * FROM area WHERE id = ?', areaOf, id)
  }

  mine(id: string): Mine | null {
    return this.#one('SELECT * FROM mine WHERE id = ?', mineOf, id)
  }

  mines({ limit, after }: Page): readonly Mine[] {
    return this.#all('SELECT * FROM mine WHERE id > ? ORDER BY id LIMIT ?', mineOf, after, limit)
  }

  areas({ limit, after }: Page): readonly Area[] {
    return this.#all('SELECT * FROM area WHERE id > ? ORDER BY id LIMIT ?', areaOf, after, limit)
  }

  usagePointsOfArea(area: string, { limit, after }: Page): readonly UsagePoint[] {
    return this.#all('SELECT * FROM usage_point WHERE area = ? AND id > ? ORDER BY id LIMIT ?', usagePointOf, area, after, limit)
  }

  lawfulUsesOf(usagePoint: string): readonly LawfulUse[] {
    return this.#all('SELECT * FROM lawful_use WHERE usage_point = ? ORDER BY from_time, purpose', lawfulUseOf, usagePoint)
  }

  /** Areas named by usage points that no ledger of areas holds: a sign of a file still to be imported. */
  unknownAreas(limit = 10): readonly string[] {
    const sql =
      'SELECT DISTINCT area FROM usage_point WHERE area IS NOT NULL AND area NOT IN (SELECT id FROM area) ORDER BY area LIMIT ?'
    return this.#all(sql, (row) => text(row.area), limit)
  }

  /** Of areas and mines, in order. */
  counties(): readonly string[] {
    return this.#all('SELECT county FROM area UNION SELECT county FROM mine ORDER BY county', (row) => text(row.county))
  }

  counts(): { readonly usagePoints: number; readonly areas: number; readonly mines: number; readonly lawfulUses: number } {
    return {
      usagePoints: this.#count('usage_point'),
      areas: this.#count('area'),
      mines: this.#count('mine'),
      lawfulUses: this.#count('lawful_use'),
    }
  }

  close(): void {
    this.#database.close()
  }

  #count(table: 'usage_point' | 'area' | 'mine' | 'lawful_use'): number {
    return real(this.#database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows)
  }

  #one<T>(sql: string, toRecord: (row: SqlRow) => T, ...values: SQLInputValue[]): T | null {
    const row = this.#database.prepare(sql).get(...values)
    return row === undefined ? null : toRecord(row)
  }

  #all<T>(sql: string, toRecord: (row: SqlRow) => T, ...values: SQLInputValue[]): T[] {
    return this.#database
      .prepare(sql)
      .all(...values)
      .map(toRecord)
  }
}

function* mapped<T>(rows: Iterable<SqlRow>, toRecord: (row: SqlRow) => T): Generator<T> {
  for (const row of rows) yield toRecord(row)
}
