import { sql, type Transaction } from 'kysely'
import { CHOSEN_BY, FINDING_RESULTS, type InspectionFinding } from '../model/inspection-finding.ts'
import { Database } from './database/database.ts'
import type { DatabaseConfig } from './database/database-config.ts'
import { ListStatement } from './database/list-statement.ts'
import type { Migration } from './database/migrate.ts'

interface FindingRow {
  kind: string
  subject: string
  /** UTC seconds. */
  found_at: number
  result: string
  innocent_kind: string | null
  chosen: string | null
}

interface FindingTables {
  finding: FindingRow
}

/** "If not exists": files of the first versions have this table and no number. */
const EMBEDDED = `CREATE TABLE IF NOT EXISTS finding (
  kind TEXT NOT NULL, subject TEXT NOT NULL, found_at INTEGER NOT NULL, result TEXT NOT NULL, innocent_kind TEXT, chosen TEXT,
  PRIMARY KEY (kind, subject, found_at)
) STRICT, WITHOUT ROWID`

/** Subjects sort byte by byte, as in a file of our own. */
const POSTGRES = `CREATE TABLE finding (
  kind text COLLATE "C" NOT NULL, subject text COLLATE "C" NOT NULL, found_at bigint NOT NULL, result text NOT NULL,
  innocent_kind text, chosen text, PRIMARY KEY (kind, subject, found_at)
)`

const MIGRATIONS: readonly Migration[] = [
  async (transaction, kind) => {
    await sql.raw(kind === 'postgresql' ? POSTGRES : EMBEDDED).execute(transaction)
  },
]

/** Findings of inspections: one for each subject and time, a later import of the same corrects it. */
export class FindingsStore {
  readonly #database: Database<FindingTables>

  private constructor(database: Database<FindingTables>) {
    this.#database = database
  }

  /** `file` is used when the database is embedded. Rejects with a Refusal when the database cannot be used. */
  static async open(config: DatabaseConfig, file: string): Promise<FindingsStore> {
    return new FindingsStore(await Database.open(config, { part: 'findings', file, migrations: MIGRATIONS }))
  }

  /** On disk when it resolves, all of them or none. */
  async put(findings: readonly InspectionFinding[]): Promise<{ added: number; changed: number; unchanged: number }> {
    return await this.#database.alone(async (transaction) => {
      const counts = { added: 0, changed: 0, unchanged: 0 }
      const held = await rowsOf(transaction, findings)
      const written = new Map<string, FindingRow>()
      for (const row of findings.map(rowOf)) {
        const key = keyOf(row)
        const before = written.get(key) ?? held.get(key)
        if (before?.result === row.result && before.innocent_kind === row.innocent_kind && before.chosen === row.chosen) {
          counts.unchanged++
          continue
        }
        counts[before ? 'changed' : 'added']++
        written.set(key, row)
      }
      await putStatement(transaction).execute(transaction, [...written.values()])
      return counts
    })
  }

  /** Takes over those that are not known here; how many. */
  async copyFrom(other: FindingsStore): Promise<number> {
    const theirs = await other.all()
    return await this.#database.alone(async (transaction) => {
      const held = await rowsOf(transaction, theirs)
      const missing = theirs.map(rowOf).filter((row) => !held.has(keyOf(row)))
      await putStatement(transaction).execute(transaction, missing)
      return missing.length
    })
  }

  /** In order of time. */
  async all(): Promise<InspectionFinding[]> {
    const rows = await this.#database.reading((kysely) =>
      kysely.selectFrom('finding').selectAll().orderBy('found_at').orderBy('kind').orderBy('subject').execute(),
    )
    return rows.map(({ kind, subject, found_at, result, innocent_kind, chosen }) => ({
      subject: { kind: kind === 'area' ? 'area' : 'usage-point', id: subject },
      foundAt: found_at,
      result: FINDING_RESULTS.find((known) => known === result) ?? 'nothing-found',
      innocentKind: innocent_kind,
      chosen: CHOSEN_BY.find((known) => known === chosen) ?? null,
    }))
  }

  async close(): Promise<void> {
    await this.#database.close()
  }
}

/** All of the same subjects, by key. */
async function rowsOf(
  kysely: Transaction<FindingTables>,
  findings: readonly InspectionFinding[],
): Promise<Map<string, FindingRow>> {
  const statement = new ListStatement<string, FindingRow>(
    (some) => kysely.selectFrom('finding').selectAll().where('subject', 'in', some).compile(),
    (some) => some,
  )
  const rows = await statement.execute(kysely, [...new Set(findings.map(({ subject }) => subject.id))])
  return new Map(rows.map((row) => [keyOf(row), row]))
}

function putStatement(transaction: Transaction<FindingTables>): ListStatement<FindingRow, unknown> {
  return new ListStatement<FindingRow, unknown>(
    (rows) =>
      transaction
        .insertInto('finding')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['kind', 'subject', 'found_at']).doUpdateSet(({ ref }) => ({
            result: ref('excluded.result'),
            innocent_kind: ref('excluded.innocent_kind'),
            chosen: ref('excluded.chosen'),
          })),
        )
        .compile(),
    (rows) => rows.flatMap((row) => Object.values(row)),
  )
}

function rowOf({ subject, foundAt, result, innocentKind, chosen }: InspectionFinding): FindingRow {
  return { kind: subject.kind, subject: subject.id, found_at: foundAt, result, innocent_kind: innocentKind, chosen }
}

function keyOf({ kind, subject, found_at }: FindingRow): string {
  return `${found_at} ${kind} ${subject}`
}
