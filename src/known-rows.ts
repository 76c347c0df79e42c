/**
 * Row numbers are what the detectors' state, the stored readings and the files of imports go by. Ledgers that are kept elsewhere may
 * come back older, or be others: their ids must begin with those that this data directory has seen, in the same order.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Ledger } from '../model/ledger.ts'
import { Refusal } from '../model/refusal.ts'
import { readTwins, writeTwins } from './twin-file.ts'

const Ids = z.object({ rows: z.int().nonnegative(), hash: z.string().regex(/^[0-9a-f]{64}$/) })
const Note = z.object({
  usagePoints: Ids,
  areas: Ids,
  /** Version of `ledger.db` when it was copied, and how many usage points and areas were in it; 0 when there was none. */
  fileVersion: z.int().nonnegative(),
  fileRows: z.int().nonnegative(),
})
type Note = z.infer<typeof Note>

export class KnownRows {
  readonly #path: string
  #note: Note | null
  #saved = true

  constructor(path: string) {
    this.#path = path
    this.#note = noteIn(path)
  }

  /** Whether this directory goes by rows of ledgers that are kept elsewhere. */
  get any(): boolean {
    return this.#rows > 0
  }

  /** Whether there are more than `ledger.db` has: who goes by that goes wrong. */
  get beyondFile(): boolean {
    return this.#rows > (this.#note?.fileRows ?? 0)
  }

  get #rows(): number {
    return this.#note === null ? 0 : this.#note.usagePoints.rows + this.#note.areas.rows
  }

  get fileVersion(): number {
    return this.#note?.fileVersion ?? 0
  }

  /** What was in `ledger.db` must be in what is accepted next. */
  beginWith(ledger: Ledger): void {
    const fileRows = ledger.usagePoints.length + ledger.areas.length
    this.#note = { ...noteOf(ledger), fileVersion: ledger.version, fileRows }
    this.#saved = false
  }

  /** On disk when it returns. Throws a Refusal when these are not the ledgers that were seen, or are older; `name` is where they are. */
  accept(ledger: Ledger, name: string): void {
    const seen = this.#note
    if (seen) {
      insist(seen.usagePoints, ledger.usagePoints.id, `usage points of ${name}`, this.#path)
      insist(seen.areas, ledger.areas.id, `areas of ${name}`, this.#path)
    }
    const { usagePoints, areas } = ledger
    if (this.#saved && seen?.usagePoints.rows === usagePoints.length && seen.areas.rows === areas.length) return
    this.#note = { ...noteOf(ledger), fileVersion: this.fileVersion, fileRows: seen?.fileRows ?? 0 }
    writeTwins(this.#path, `${JSON.stringify(this.#note)}\n`)
    this.#saved = true
  }
}

function insist({ rows, hash }: z.infer<typeof Ids>, ids: readonly string[], whose: string, note: string): void {
  if (ids.length >= rows && hashOf(ids, rows) === hash) return
  const found =
    ids.length < rows
      ? `there are ${ids.length} of ${rows}`
      : `the first ${rows} are not those, or not in the order, that were seen`
  throw new Refusal(
    'ledgers-differ',
    `${whose}: ${found} (${note}); readings and detectors would be taken for those of others. Restore the dump of the database that is as new as this data directory, or import into an empty one all that was imported, in the same order`,
  )
}

function noteOf({ usagePoints, areas }: Ledger): Pick<Note, 'usagePoints' | 'areas'> {
  const of = (ids: readonly string[]) => ({ rows: ids.length, hash: hashOf(ids, ids.length) })
  return { usagePoints: of(usagePoints.id), areas: of(areas.id) }
}

const AT_ONCE = 10_000

/** No id has a line break in it. */
function hashOf(ids: readonly string[], rows: number): string {
  const hash = createHash('sha256')
  for (let from = 0; from < rows; from += AT_ONCE) hash.update(`${ids.slice(from, Math.min(rows, from + AT_ONCE)).join('\n')}\n`)
  return hash.digest('hex')
}

function noteIn(path: string): Note | null {
  const text = readTwins(path)
  if (text === undefined) return null
  try {
    return Note.parse(JSON.parse(text))
  } catch {
    throw new Refusal('ledger-rows', `${path}: is not as we write it; restore the newest backup, or take the file from it`)
  }
}
