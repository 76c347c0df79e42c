import { DatabaseSync } from 'node:sqlite'

/** Up to where a webhook has been told of the log. */
export interface Cursor {
  /** 0: of nothing yet. */
  readonly sequence: number
  /** The event there, '' for none: a log that has another one there is another log. */
  readonly event: string
}

/** Where each webhook is, and which were switched off by their receivers; on disk when a call returns. */
export class WebhookCursors {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS webhook_cursor (
        name TEXT PRIMARY KEY, sequence INTEGER NOT NULL, event TEXT NOT NULL, gone_url TEXT, gone_at INTEGER
      ) STRICT;
    `)
  }

  /** Undefined for a name that is new. */
  cursorOf(name: string): Cursor | undefined {
    const row = this.#database.prepare('SELECT sequence, event FROM webhook_cursor WHERE name = ?').get(name)
    return row && { sequence: Number(row.sequence), event: String(row.event) }
  }

  put(name: string, { sequence, event }: Cursor): void {
    this.#database
      .prepare(
        `INSERT INTO webhook_cursor (name, sequence, event) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence, event = excluded.event`,
      )
      .run(name, sequence, event)
  }

  /** The receiver at `url` wants no more. */
  switchOff(name: string, url: string, at: number): void {
    this.#database.prepare('UPDATE webhook_cursor SET gone_url = ?, gone_at = ? WHERE name = ?').run(url, at, name)
  }

  /** Since when (epoch milliseconds) the receiver at `url` wants no more, null while it does; another address is another receiver. */
  offSince(name: string, url: string): number | null {
    const row = this.#database.prepare('SELECT gone_at FROM webhook_cursor WHERE name = ? AND gone_url = ?').get(name, url)
    return row === undefined ? null : Number(row.gone_at)
  }

  close(): void {
    this.#database.close()
  }
}
