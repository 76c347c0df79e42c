import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { JournalledPacket } from '../model/packet.ts'

/**
 * The journal's file: one SQLite database in WAL mode. `synchronous=FULL` because NORMAL loses acknowledged rows on a power cut.
 * `released` is the highest position ever deleted; with it positions go on rising when the table is empty.
 * Never open this file by other means inside a process that has it open: closing any descriptor drops SQLite's locks on it.
 */
export function openJournalDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path, { timeout: 10_000 })
  database.exec(`
    PRAGMA page_size = 8192;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 2000;
    PRAGMA journal_size_limit = 67108864;
    CREATE TABLE IF NOT EXISTS packet (
      position INTEGER PRIMARY KEY,
      received_at INTEGER NOT NULL,
      gateway TEXT NOT NULL,
      topic TEXT NOT NULL,
      payload BLOB NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    INSERT OR IGNORE INTO meta VALUES ('released', 0);
  `)
  syncDirectory(dirname(path))
  return database
}

export const LAST_POSITION = `SELECT max(coalesce((SELECT max(position) FROM packet), 0), (SELECT value FROM meta WHERE name = 'released')) AS position`
export const RELEASED_POSITION = `SELECT value AS position FROM meta WHERE name = 'released'`
const COLUMNS = 'position, received_at, gateway, topic, payload, checksum'
export const PACKETS_AFTER = `SELECT ${COLUMNS} FROM packet WHERE position > ? ORDER BY position LIMIT ?`
export const PACKET_AT = `SELECT ${COLUMNS} FROM packet WHERE position = ?`

/** CRC-32 over everything a row says: a flipped bit anywhere in it is found on reading. */
export function rowChecksum(position: number, receivedAt: number, gateway: string, topic: string, payload: Uint8Array): number {
  return crc32(payload, crc32(`${position} ${receivedAt} ${gateway} ${topic}`))
}

/** A row as a packet, or undefined when its checksum does not hold. */
export function packetOf(row: Record<string, SQLOutputValue>): JournalledPacket | undefined {
  const { position, received_at: receivedAt, gateway, topic, payload, checksum } = row
  if (typeof position !== 'number' || typeof receivedAt !== 'number') return undefined
  if (typeof gateway !== 'string' || typeof topic !== 'string' || !(payload instanceof Uint8Array)) return undefined
  if (rowChecksum(position, receivedAt, gateway, topic, payload) !== checksum) return undefined
  return { position, receivedAt, gateway, topic, payload }
}

export function positionOf(row: Record<string, SQLOutputValue> | undefined): number {
  return typeof row?.position === 'number' ? row.position : 0
}

/** Makes created, renamed and deleted names in a directory survive a power cut. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
