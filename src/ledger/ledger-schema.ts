import type { DatabaseSync } from 'node:sqlite'

/**
 * Tables of ledger.db. `row` numbers are dense from 0 and never change.
 */
export function openLedgerSchema(database: DatabaseSync): void {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA busy_timeout = 10000;
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT OR IGNORE INTO meta VALUES ('version', 0), ('schema', 1);
    CREATE TABLE IF NOT EXISTS area (
      row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, feeder TEXT NOT NULL, county TEXT NOT NULL,
      latitude REAL NOT NULL, longitude REAL NOT NULL, datum TEXT NOT NULL, capacity_kva REAL, radius_m REAL, name TEXT
    ) STRICT;
    CREATE TABLE IF NOT EXISTS usage_point (
      row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, meter TEXT NOT NULL UNIQUE, area TEXT, category TEXT NOT NULL,
      latitude REAL, longitude REAL, datum TEXT NOT NULL, contract_kw REAL, ct_ratio REAL, pt_ratio REAL,
      status TEXT NOT NULL, status_since INTEGER, role TEXT NOT NULL, name TEXT, county TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS usage_point_area ON usage_point (area);
    CREATE TABLE IF NOT EXISTS former_meter (meter TEXT PRIMARY KEY, usage_point_row INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS mine (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, county TEXT NOT NULL, latitude REAL NOT NULL,
      longitude REAL NOT NULL, datum TEXT NOT NULL, uncertainty_m REAL NOT NULL, openings INTEGER, sealing TEXT NOT NULL,
      town TEXT, responsible TEXT, supervisor TEXT, closed_on TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS lawful_use (
      usage_point TEXT NOT NULL, purpose TEXT NOT NULL, from_time INTEGER NOT NULL, to_time INTEGER NOT NULL, permit TEXT, max_kw REAL,
      PRIMARY KEY (usage_point, purpose, from_time)
    ) STRICT, WITHOUT ROWID;
  `)
}
