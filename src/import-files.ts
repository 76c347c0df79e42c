/** Import of ledgers and history: files in, ledger.db changed, readings and events put on the line through the journal. */
import { CSV_KINDS, type CsvKind } from '../ingest/csv-layout.ts'
import { readReadingsCsv } from '../ingest/csv-readings.ts'
import { recogniseCsv } from '../ingest/csv-recognise.ts'
import { CsvFileError } from '../ingest/csv-reject.ts'
import {
  readAreas,
  readEvents,
  readFindings,
  readLawfulUses,
  readMines,
  readUsagePoints,
  type Table,
  type TableOptions,
} from '../ingest/csv-table.ts'
import { eventPackets } from '../ingest/event-packets.ts'
import { openBytes } from '../ingest/open-bytes.ts'
import type { Territory } from '../ingest/territory.ts'
import type { TimeZone } from '../ingest/time-zone.ts'
import { IMPORT_GATEWAY, IMPORT_TOPIC } from '../ingest/topic-routes.ts'
import type { DatabaseConfig } from './database/database-config.ts'
import { DatabaseUnavailable } from './database/database-unavailable.ts'
import { knownFindings, subjectsOf } from './findings-file.ts'
import { type ImportTarget, realTarget, scratchTarget } from './import-target.ts'
import type { LedgerChange } from './ledger/ledger-change.ts'
import { ReadingsImport } from './readings-import.ts'
import { RejectsFile } from './rejects-file.ts'

export interface ImportOptions {
  readonly data: string
  readonly database: DatabaseConfig
  readonly kind?: CsvKind
  readonly dryRun: boolean
  readonly zone: TimeZone
  readonly territory: Territory | null
  /** Now, epoch milliseconds: later readings are refused. */
  readonly now: number
  readonly futureSeconds: number
  /** Bytes read so far of all files. */
  readonly progress: (bytes: number) => void
}

/** What came of one file. `taken` are ledger rows or readings; `error` says why nothing of it could be read. */
export interface ImportedFile {
  readonly file: string
  readonly kind: CsvKind | null
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly taken: number
  readonly missing: number
  readonly rejected: number
  readonly rejects: RejectsFile['first']
  readonly rejectsFile: string | null
  readonly ignoredColumns: readonly string[]
  readonly error: { readonly reason: string; readonly remedy: string } | null
}

type Counts = Pick<ImportedFile, 'added' | 'changed' | 'unchanged' | 'taken' | 'missing' | 'ignoredColumns'>

/** Ledgers first, whatever the order of the files: readings need their meters known. Reports in that order. */
export async function importFiles(paths: readonly string[], options: ImportOptions): Promise<readonly ImportedFile[]> {
  const target = await (options.dryRun ? scratchTarget(options) : realTarget(options))
  try {
    const recognised: { path: string; kind: CsvKind | null; failure: ImportedFile | null }[] = []
    for (const path of paths) {
      try {
        recognised.push({ path, kind: (await recogniseCsv(openBytes(path), options.kind)).kind, failure: null })
      } catch (error) {
        recognised.push({ path, kind: null, failure: failureOf(path, error) })
      }
    }
    const outcomes: ImportedFile[] = []
    let readings: ReadingsImport | null = null
    let before = 0
    for (const { path, kind, failure } of recognised.toSorted((a, b) => orderOf(a.kind) - orderOf(b.kind))) {
      if (kind === null) {
        if (failure) outcomes.push(failure)
        continue
      }
      const read = (bytes: number) => {
        before += bytes
        options.progress(before)
      }
      if (kind === 'readings') {
        outcomes.push(
          await importFile(path, kind, options, async (rejects) => {
            readings ??= new ReadingsImport({
              directory: target.importsDirectory,
              ledger: await target.ledgers.load(),
              latest: Math.floor(options.now / 1000) + options.futureSeconds,
            })
            return await importReadings(path, readings, options, rejects, read)
          }),
        )
      } else {
        outcomes.push(await importFile(path, kind, options, (rejects) => importTable(path, kind, target, options, rejects, read)))
      }
    }
    await putOnTheLine(readings, target, options.now)
    return outcomes
  } finally {
    await target.close()
  }
}

/** One packet for all files of readings: the journal holds them once it is appended. */
async function putOnTheLine(readings: ReadingsImport | null, target: ImportTarget, receivedAt: number): Promise<void> {
  if (readings === null) return
  try {
    const packets = readings.finish().map((note) => ({
      gateway: IMPORT_GATEWAY,
      topic: IMPORT_TOPIC,
      payload: Buffer.from(JSON.stringify(note)),
      receivedAt,
    }))
    await target.append(packets)
  } finally {
    readings.discard()
  }
}

async function importFile(
  path: string,
  kind: CsvKind,
  { dryRun }: ImportOptions,
  read: (rejects: RejectsFile) => Promise<Counts>,
): Promise<ImportedFile> {
  const rejects = new RejectsFile(path, !dryRun)
  try {
    const counts = await read(rejects)
    const rejectsFile = rejects.count > 0 && !dryRun ? rejects.path : null
    return { file: path, kind, ...counts, rejected: rejects.count, rejects: rejects.first, rejectsFile, error: null }
  } catch (error) {
    return failureOf(path, error)
  } finally {
    rejects.close()
  }
}

async function importReadings(
  path: string,
  readings: ReadingsImport,
  options: ImportOptions,
  rejects: RejectsFile,
  read: (bytes: number) => void,
): Promise<Counts> {
  const before = readings.rows
  try {
    const { taken, missing, ignoredColumns } = await readReadingsCsv(openBytes(path, read), {
      zone: options.zone,
      sink: readings,
      reject: (reject) => rejects.add(reject),
      kind: 'readings',
    })
    return { added: 0, changed: 0, unchanged: 0, taken, missing, ignoredColumns }
  } catch (error) {
    const taken = readings.rows - before
    if (taken === 0 || !(error instanceof Error)) throw error
    const remedy = 'import the whole file again; what came through now is known then and changes nothing'
    throw new CsvFileError(`${error.message}; the ${taken} rows before that were taken`, remedy)
  }
}

async function importTable(
  path: string,
  kind: Exclude<CsvKind, 'readings'>,
  target: ImportTarget,
  { zone, territory, now }: ImportOptions,
  rejects: RejectsFile,
  read: (bytes: number) => void,
): Promise<Counts> {
  const { ledgers } = target
  const source = openBytes(path, read)
  const options: TableOptions = { zone, territory, reject: (reject) => rejects.add(reject) }
  if (kind === 'usage-points')
    return await put(await readUsagePoints(source, options), (records) => ledgers.putUsagePoints(records), rejects)
  if (kind === 'areas') return await put(await readAreas(source, options), (records) => ledgers.putAreas(records), rejects)
  if (kind === 'mines') return await put(await readMines(source, options), (records) => ledgers.putMines(records), rejects)
  if (kind === 'lawful-uses')
    return await put(await readLawfulUses(source, options), (records) => ledgers.putLawfulUses(records), rejects)

  if (kind === 'findings') {
    const findings = await readFindings(source, options)
    const known = knownFindings(findings, subjectsOf(await ledgers.load()), options.reject)
    const counts = await target.findings.put(known)
    return { ...counts, taken: known.length, missing: 0, ignoredColumns: findings.ignoredColumns }
  }

  const table = await readEvents(source, options)
  const ledger = await ledgers.load()
  const known = table.records.filter(({ meter }, index) => {
    if (ledger.rowOfMeter(meter) >= 0) return true
    const remedy = 'import its usage point first, or correct the number'
    rejects.add({
      line: table.lines[index],
      column: 'meter',
      value: meter,
      reason: `no ledger knows the meter ${meter}`,
      remedy,
      row: table.rows[index],
    })
    return false
  })
  await target.append(eventPackets(known, now))
  return { added: 0, changed: 0, unchanged: 0, taken: known.length, missing: 0, ignoredColumns: table.ignoredColumns }
}

/** The ledger's own refusals become rejects of the rows they came from. */
async function put<T>(
  table: Table<T>,
  change: (records: readonly T[]) => Promise<LedgerChange>,
  rejects: RejectsFile,
): Promise<Counts> {
  const { added, changed, unchanged, refused } = await change(table.records)
  for (const { index, field, value, reason, remedy } of refused) {
    rejects.add({ line: table.lines[index], column: field, value, reason, remedy, row: table.rows[index] })
  }
  return { added, changed, unchanged, taken: added + changed + unchanged, missing: 0, ignoredColumns: table.ignoredColumns }
}

function orderOf(kind: CsvKind | null): number {
  const order: readonly (CsvKind | null)[] = ['areas', 'usage-points', ...CSV_KINDS]
  return kind === null ? -1 : order.indexOf(kind)
}

/** A file that cannot be read at all; what is our own fault rises. */
function failureOf(file: string, error: unknown): ImportedFile {
  const nothing = {
    added: 0,
    changed: 0,
    unchanged: 0,
    taken: 0,
    missing: 0,
    rejected: 0,
    rejects: [],
    rejectsFile: null,
    ignoredColumns: [],
  }
  if (error instanceof DatabaseUnavailable) {
    const reason = `the database went away (${error.message}); a file of ledgers or findings is taken whole or not at all`
    return {
      file,
      kind: null,
      ...nothing,
      error: { reason, remedy: 'import it again when the database is back: what is known already changes nothing' },
    }
  }
  if (error instanceof CsvFileError)
    return { file, kind: null, ...nothing, error: { reason: error.message, remedy: error.remedy } }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    if (error.code === 'ENOENT')
      return { file, kind: null, ...nothing, error: { reason: 'there is no such file', remedy: 'check the path' } }
    if (error.code.startsWith('Z_') || error.code === 'EISDIR' || error.code === 'EACCES') {
      return {
        file,
        kind: null,
        ...nothing,
        error: { reason: error.message, remedy: 'give a readable CSV file, gzipped or not' },
      }
    }
  }
  throw error
}
