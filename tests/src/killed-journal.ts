/** A journal as a kill leaves it: what was appended lies in its write-ahead log. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { SqliteJournal } from '../../ingest/sqlite-journal.ts'
import { readAll } from '../contracts/journal.ts'
import { samplePacket, textOf } from '../ingest/sample-packet.ts'

/** Packets of very different lengths in commits of one to five, `count` of them. */
export async function killedJournal(directory: string, count: number): Promise<string> {
  const living = join(directory, 'living')
  const journal = new SqliteJournal({ path: join(living, 'journal.db') })
  for (let sent = 0; sent < count; ) {
    const together = Math.min(1 + (sent % 5), count - sent)
    await Promise.all(Array.from({ length: together }, (_, index) => journal.append(samplePacket(textAt(sent + index)))))
    sent += together
  }
  const killed = join(directory, 'killed')
  cpSync(living, killed, { recursive: true })
  await journal.close()
  return killed
}

export function textAt(index: number): string {
  return `packet ${index} `.repeat(1 + ((index * 37) % 400))
}

/** Indexes of the packets that can be read and hold what was sent, and the positions that are told as lost. */
export async function whatIsThere(directory: string): Promise<{ packets: number[]; lost: number[] }> {
  const lost: number[] = []
  const told = (from: number, to: number) => {
    for (let position = from; position <= to; position++) lost.push(position)
  }
  const reader = new SqliteJournalReader({ path: join(directory, 'journal.db'), archive: join(directory, 'archive'), lost: told })
  const packets = await readAll(reader, 0, reader.lastPosition())
  for (const { position, payload } of packets)
    if (textOf(payload) !== textAt(position - 1)) throw new Error(`${position} is another`)
  return { packets: packets.map(({ position }) => position), lost }
}
