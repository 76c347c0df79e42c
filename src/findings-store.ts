import { DatabaseSync } from 'node:sqlite'
import { CHOSEN_BY, FINDING_RESULTS, type InspectionFinding } from '../model/inspection-finding.ts'

const SCHEMA = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA busy_timeout = 10000;
CREATE TABLE IF NOT EXISTS finding (
  kind TEXT NOT NULL, subject TEXT NOT NULL, found_at INTEGER NOT NULL, result TEXT NOT NULL, innocent_kind TEXT, chosen TEXT,
  PRIMARY KEY (kind, subject, found_at)
) STRICT, WITHOUT ROWID;
`

/** Findings of inspections in `findings.db`: one for each subject and time, a later import of the same corrects it. */
export class FindingsStore {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(SCHEMA)
  }

  /** On disk when it returns, all of them or none. */
  put(findings: readonly InspectionFinding[]): { added: number; changed: number; unchanged: number } {
    const counts = { added: 0, changed: 0, unchanged: 0 }
    const get = this.#database.prepare('SELECT * FROM finding WHERE kind = ? AND subject = ? AND found_at = ?')
    const write = this.#database.prepare('INSERT OR REPLACE INTO finding VALUES (?, ?, ?, ?, ?, ?)')
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const { subject, foundAt, result, innocentKind, chosen } of findings) {
        const held = get.get(subject.kind, subject.id, foundAt)
        if (held && held.result === result && held.innocent_kind === innocentKind && held.chosen === chosen) {
          counts.unchanged++
          continue
        }
        held ? counts.changed++ : counts.added++
        write.run(subject.kind, subject.id, foundAt, result, innocentKind, chosen)
      }
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
    return counts
  }

  /** In order of time. */
  all(): InspectionFinding[] {
    return this.#database
      .prepare('SELECT * FROM finding ORDER BY found_at, kind, subject')
      .all()
      .map((row) => ({
        subject: { kind: row.kind === 'area' ? 'area' : 'usage-point', id: String(row.subject) },
        foundAt: Number(row.found_at),
        result: FINDING_RESULTS.find((result) => result === row.result) ?? 'nothing-found',
        innocentKind: row.innocent_kind === null ? null : String(row.innocent_kind),
        chosen: CHOSEN_BY.find((chosen) => chosen === row.chosen) ?? null,
      }))
  }

  /** A copy in a new file, for trying a change without making it. */
  copyTo(path: string): void {
    this.#database.prepare('VACUUM INTO ?').run(path)
  }

  close(): void {
    this.#database.close()
  }
}
