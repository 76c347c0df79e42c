/**
 * A disk without room, over quota or read-only, as Node, SQLite and DuckDB say it: it passes when somebody sees to it. By the
 * words, for what comes from the receiving thread has no more.
 */
const SAID = /ENOSPC|EDQUOT|EROFS|no space left|quota exceeded|disk is full|disk I\/O error|read-?only (file system|database)/i
/** Primary result codes SQLITE_READONLY, SQLITE_IOERR and SQLITE_FULL: the transaction is undone and may be tried again. */
const SQLITE_CODES = [8, 10, 13]

export function isDiskTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return SAID.test(error.message) || ('errcode' in error && SQLITE_CODES.includes(Number(error.errcode) & 0xff))
}
