/** One index per way of listing, each in the order of the list, so that a page costs the same with a million alerts. */
export const ALERT_SCHEMA = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA busy_timeout = 5000;

CREATE TABLE IF NOT EXISTS alerts (
  id TEXT PRIMARY KEY,
  raised_at INTEGER NOT NULL,
  cleared_at INTEGER,
  area TEXT,
  county TEXT,
  position INTEGER NOT NULL,
  json TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS alerts_newest ON alerts (raised_at, id);
CREATE INDEX IF NOT EXISTS alerts_open ON alerts (raised_at, id) WHERE cleared_at IS NULL;
CREATE INDEX IF NOT EXISTS alerts_cleared ON alerts (raised_at, id) WHERE cleared_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS alerts_by_area ON alerts (area, raised_at, id);
CREATE INDEX IF NOT EXISTS alerts_by_county ON alerts (county, raised_at, id);
CREATE INDEX IF NOT EXISTS alerts_open_by_county ON alerts (county, raised_at, id) WHERE cleared_at IS NULL;

CREATE TABLE IF NOT EXISTS alert_mines (
  mine TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (mine, raised_at, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alert_mines_by_alert ON alert_mines (id);

CREATE INDEX IF NOT EXISTS alerts_unconfirmed ON alerts (id) WHERE position = -1;
CREATE TABLE IF NOT EXISTS alerts_again (one INTEGER PRIMARY KEY CHECK (one = 1), until INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS alerts_told (id TEXT PRIMARY KEY, chance REAL NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS alert_events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  json TEXT NOT NULL
);
`
