/**
 * Plays the demo county in a thread of its own, so that page and judging stay quick. Fills the ledgers, waits until the service
 * runs, then puts the history onto the line as `adit import` does, part by part, and hands over the month to come.
 */
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { demoCounty, HISTORY_DAYS, LIVE_FROM } from '../../fixtures/demo-county.ts'
import type { LiveMonth } from '../../fixtures/live-month.ts'
import { Arrivals } from '../../fixtures/simulator/arrivals.ts'
import { playWorld, type World } from '../../fixtures/simulator/world.ts'
import { writeLedgers } from '../../fixtures/simulator/world-files.ts'
import { ImportWriter } from '../../ingest/import-writer.ts'
import { SqliteJournal } from '../../ingest/sqlite-journal.ts'
import { TimeZone } from '../../ingest/time-zone.ts'
import { IMPORT_GATEWAY, IMPORT_TOPIC } from '../../ingest/topic-routes.ts'
import type { DataFiles } from '../data-directory.ts'
import { importFiles } from '../import-files.ts'
import { loadLedger } from '../open-ledgers.ts'

export interface StageOrder {
  readonly startDate: string
  readonly files: DataFiles
  /** Epoch milliseconds: when the history is said to have come in. */
  readonly now: number
}

export type StageMessage =
  | { readonly kind: 'played'; readonly areas: number; readonly of: number }
  /** The ledgers are filled; history starts at `historyUtc` seconds. */
  | { readonly kind: 'ledgers'; readonly usagePoints: number; readonly historyUtc: number }
  /** `rows` readings are in the journal, of about `of`. */
  | { readonly kind: 'history'; readonly rows: number; readonly of: number }
  | { readonly kind: 'live'; readonly live: LiveMonth }

/** Said to the stage when the service runs. */
export const SERVICE_RUNS = 'service runs'

const PART_DAYS = 5

if (parentPort) await playDemo(workerData, parentPort)

async function playDemo({ startDate, files, now }: StageOrder, port: NonNullable<typeof parentPort>): Promise<void> {
  const post = (message: StageMessage, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)
  const { options, plan } = demoCounty(startDate)
  const world = playWorld(options, plan, (areas) => post({ kind: 'played', areas, of: options.areas }))
  await importLedgers(world, files, now)
  const serviceRuns = new Promise((resolve) => port.once('message', resolve))
  post({ kind: 'ledgers', usagePoints: world.points.length, historyUtc: world.scene.calendar.startUtc })
  await serviceRuns

  const liveFrom = (LIVE_FROM * 60) / options.seconds
  const live = liveMonth(world, liveFrom)
  await backfill(world, liveFrom, files, now, (rows) => post({ kind: 'history', rows, of: liveFrom * world.meters.length }))
  post(
    { kind: 'live', live },
    live.meters.flatMap(({ columns }) => Object.values(columns).map(bufferOf)),
  )
}

async function importLedgers(world: World, files: DataFiles, now: number): Promise<void> {
  const directory = join(files.directory, 'ledgers')
  writeLedgers(world, directory)
  const outcomes = await importFiles(
    ['areas', 'mines', 'usage-points', 'lawful-uses'].map((name) => join(directory, `${name}.csv`)),
    {
      data: files.directory,
      database: { kind: 'embedded' },
      dryRun: false,
      zone: new TimeZone('Asia/Shanghai'),
      territory: null,
      now,
      futureSeconds: 300,
      progress: () => {},
    },
  )
  for (const { file, error, rejected } of outcomes) {
    if (error !== null || rejected > 0)
      throw new Error(`the demo's ledger ${file} does not hold: ${error ?? `${rejected} rows rejected`}`)
  }
}

async function backfill(
  world: World,
  end: number,
  files: DataFiles,
  now: number,
  progress: (rows: number) => void,
): Promise<void> {
  const ledger = await loadLedger({ database: { kind: 'embedded' } }, files)
  const journal = new SqliteJournal({ path: files.journal, waitMilliseconds: 5 })
  const perPart = (PART_DAYS * 86_400) / world.options.seconds
  let rows = 0
  for (let part = 0; part < HISTORY_DAYS / PART_DAYS; part++) {
    const writer = new ImportWriter({ directory: files.imports, ledger, latest: Math.floor(now / 1000) })
    writePart(world, writer, part * perPart, Math.min(end, (part + 1) * perPart))
    const note = writer.finish()
    if (note === null) throw new Error('the demo wrote no history')
    const payload = Buffer.from(JSON.stringify(note))
    await journal.append({ gateway: IMPORT_GATEWAY, topic: IMPORT_TOPIC, payload, receivedAt: now })
    rows += note.rows
    progress(rows)
  }
  await journal.close()
}

function writePart({ meters, scene, options }: World, writer: ImportWriter, from: number, to: number): void {
  const names = meters.map(({ meter }) => Buffer.from(meter))
  const arrivals = new Arrivals(meters, options.seconds, 0.002)
  const { startUtc } = scene.calendar
  const write = (row: number, interval: number): void => {
    const name = names[row]!
    const { energyWh, reactiveVarh, quality } = meters[row]!.columns
    const start = startUtc + interval * options.seconds
    writer.readingAt(name, 0, name.length, start, options.seconds, energyWh[interval], reactiveVarh[interval], quality[interval])
  }
  for (let interval = from; interval < to; interval++) arrivals.in(interval, write)
  arrivals.rest(write)
}

function liveMonth(world: World, from: number): LiveMonth {
  const { seconds } = world.options
  return {
    startUtc: world.scene.calendar.startUtc + from * seconds,
    seconds,
    intervals: (world.meters[0]?.columns.energyWh.length ?? 0) - from,
    meters: world.meters.map(({ meter, columns }) => ({
      meter,
      columns: {
        energyWh: columns.energyWh.slice(from),
        reactiveVarh: columns.reactiveVarh.slice(from),
        quality: columns.quality.slice(from),
        lateHours: columns.lateHours.slice(from),
      },
    })),
  }
}

function bufferOf(column: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>): ArrayBuffer {
  return column.buffer
}
