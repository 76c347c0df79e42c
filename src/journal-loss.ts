/**
 * Does the journal end where it ended? When its newest packets are gone, the positions of these must not be given to others:
 * the state of the detectors, the archive and the alerts go by them, and would pass over what came under them next.
 */
import { closeSync, existsSync, openSync, truncateSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { archiveExtents } from '../ingest/journal-archive.ts'
import { LAST_POSITION, openJournalDatabase, positionOf } from '../ingest/journal-database.ts'
import { endOf as endNoteOf, JournalEnd, notedEnd, noteOf } from '../ingest/journal-end.ts'
import { readHeader } from './checkpoint.ts'
import type { DamagedFile } from './damaged-file.ts'
import type { DataFiles } from './data-directory.ts'
import { keepCopy, placeIn } from './mend-log.ts'
import { isDatabaseDamage } from './salvage-database.ts'

/** Undefined when nothing is missing. Throws what SQLite throws when the journal cannot be read. */
export async function examineJournalEnd(files: DataFiles): Promise<DamagedFile | undefined> {
  const judged = positionOfCheckpoint(files.checkpoint)
  const noted = Math.max(notedEnd(files.journal), judged)
  const { last, receivedAt } = endOf(files.journal)
  if (noted > 0 && noted <= last) return undefined
  const archived = (await archiveExtents(files.archive, Number.POSITIVE_INFINITY)).last
  const known = Math.max(noted, archived)
  if (known <= last) return undefined
  const log = `${files.journal}-wal`
  const reason = `it ends at position ${last}, and up to ${known} packets were acknowledged`
  const place = existsSync(log) ? keepCopy(log, files.damaged) : placeIn(files.damaged, 'journal-loss')
  if (!existsSync(place)) writeFileSync(place, `${basename(files.journal)}: ${reason}\n`)
  holdPlaces(files.journal, known, archived)
  const since = receivedAt === undefined ? '' : ` since ${new Date(receivedAt).toISOString()}`
  return {
    file: basename(files.journal),
    reason,
    place,
    instead: `what is left of it; positions go on behind ${known}`,
    remedy:
      judged >= known
        ? 'nothing: all of them were judged, and are in the store'
        : `let gateways, or the head-end, send again what came${since}; what is there already changes nothing`,
  }
}

/** The note itself, when it is not as it was written; it is kept as it was found. */
export function examineEndNote({ journal, damaged }: DataFiles): DamagedFile | undefined {
  if (noteOf(journal) !== 'damaged') return undefined
  return {
    file: basename(endNoteOf(journal)),
    reason: 'its checksum does not hold',
    place: keepCopy(endNoteOf(journal), damaged),
    instead: 'where the journal ends now',
    remedy: 'nothing is lost; look whether the disk or the memory of this machine is failing',
  }
}

/** Of a journal that cannot be read it stays without one. */
export function noteEndAnew(journal: string): void {
  truncateSync(endNoteOf(journal))
  if (!existsSync(journal)) return
  try {
    const { last } = endOf(journal)
    const end = new JournalEnd(journal)
    end.note(last)
    end.close()
  } catch (error) {
    if (!isDatabaseDamage(error)) throw error
  }
}

/**
 * Of a journal that was salvaged after a stop in peace: a bit that flipped upward in what it says was released would have
 * everything up to there passed over.
 */
export async function boundReleased(files: DataFiles): Promise<void> {
  const archived = (await archiveExtents(files.archive, Number.POSITIVE_INFINITY)).last
  const known = Math.max(notedEnd(files.journal), positionOfCheckpoint(files.checkpoint), archived)
  if (known === 0) return
  const database = openJournalDatabase(files.journal)
  try {
    database.prepare(`UPDATE meta SET value = min(value, ?) WHERE name = 'released'`).run(known)
  } finally {
    database.close()
  }
}

/** A row that no reader takes for a packet stands at the last of them: all before it that are missing are told as lost. */
function holdPlaces(journal: string, known: number, archived: number): void {
  const database = openJournalDatabase(journal)
  try {
    database.exec('BEGIN IMMEDIATE')
    database.prepare(`INSERT OR REPLACE INTO packet VALUES (?, 0, '', '', x'', -1)`).run(known)
    // archived, and deleted in what was lost
    database.prepare('DELETE FROM packet WHERE position <= ?').run(archived)
    database.prepare(`UPDATE meta SET value = max(value, ?) WHERE name = 'released'`).run(archived)
    database.exec('COMMIT')
  } finally {
    database.close()
  }
}

/** Without a change of the file: a connection that may write would clear the log away. */
function endOf(journal: string): { last: number; receivedAt: number | undefined } {
  const database = new DatabaseSync(journal, { readOnly: true, timeout: 10_000 })
  try {
    const made = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'meta'").get()
    if (made === undefined) return { last: 0, receivedAt: undefined }
    const newest = database.prepare('SELECT received_at FROM packet ORDER BY position DESC LIMIT 1').get()?.received_at
    return {
      last: positionOf(database.prepare(LAST_POSITION).get()),
      receivedAt: typeof newest === 'number' ? newest : undefined,
    }
  } finally {
    database.close()
  }
}

/** 0 when there is none that can be read. */
function positionOfCheckpoint(path: string): number {
  try {
    const file = openSync(path, 'r')
    try {
      return readHeader(file).position
    } finally {
      closeSync(file)
    }
  } catch {
    return 0
  }
}
