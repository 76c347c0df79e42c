/** The judging half over files: the same detectors as behind the journal, with nothing else around them. */
import type { DetectorBank } from '../detectors/detector-bank.ts'
import { rankAlerts } from '../detectors/work-list.ts'
import { BatchSink } from '../ingest/batch-sink.ts'
import { readReadingsCsv } from '../ingest/csv-readings.ts'
import type { CsvReject } from '../ingest/csv-reject.ts'
import { breaksRegisters } from '../ingest/event-codes.ts'
import { openBytes } from '../ingest/open-bytes.ts'
import { Registers } from '../ingest/registers.ts'
import type { TimeZone } from '../ingest/time-zone.ts'
import type { Alert } from '../model/alert.ts'
import type { EndDeviceEvent } from '../model/end-device-event.ts'
import type { Ledger } from '../model/ledger.ts'
import type { ReadingBatch } from '../model/reading-batch.ts'
import { ReadingRows } from './reading-rows.ts'

export interface FilesToJudge {
  readonly paths: readonly string[]
  readonly ledger: Ledger
  readonly events: readonly EndDeviceEvent[]
  readonly zone: TimeZone
  /** UTC seconds: readings that end later are left out. */
  readonly until: number
  readonly reject: (path: string, reject: CsvReject) => void
  readonly progress: (bytes: number, readings: number) => void
}

export interface JudgedFiles {
  /** In order of raisedAt, ranks filled in. */
  readonly alerts: readonly Alert[]
  readonly readings: number
  readonly rejected: number
}

const BATCH_ROWS = 32_768
/** Readings farther than this behind the newest are not judged as they come: the files are read whole and put in order first. */
const STREAMED_DISORDER_SECONDS = 6 * 3600

/** `bank` makes a fresh one: files in disorder are read twice. */
export async function judgeFiles(files: FilesToJudge, bank: () => DetectorBank): Promise<JudgedFiles> {
  const told = () => {
    const fresh = bank()
    fresh.takeEvents(files.events.filter(({ at }) => at < files.until))
    return fresh
  }
  return (await judgeStreaming(files, told())) ?? (await judgeSorted(files, told()))
}

/** Null when the readings are not in order of time. */
async function judgeStreaming(files: FilesToJudge, bank: DetectorBank): Promise<JudgedFiles | null> {
  const alerts = new Map<string, Alert>()
  let newest = 0
  let ordered = true
  const outcome = await readFiles(
    files,
    (batch) => {
      const { start } = batch.columns
      for (let row = 0; row < batch.length; row++) {
        if (start[row] > newest) newest = start[row]
        else if (start[row] < newest - STREAMED_DISORDER_SECONDS) ordered = false
      }
      if (ordered) judgeBatch(bank, batch, alerts)
    },
    () => ordered,
  )
  return ordered ? { ...outcome, alerts: ranked(alerts, bank) } : null
}

async function judgeSorted(files: FilesToJudge, bank: DetectorBank): Promise<JudgedFiles> {
  const rows = new ReadingRows()
  const outcome = await readFiles(
    files,
    (batch) => rows.add(batch),
    () => true,
  )
  const alerts = new Map<string, Alert>()
  for (const batch of rows.inOrderOfStart(BATCH_ROWS)) judgeBatch(bank, batch, alerts)
  return { ...outcome, alerts: ranked(alerts, bank) }
}

/** Takes a batch, and keeps the alerts that it raised or changed by their ids. */
export function judgeBatch(bank: DetectorBank, batch: ReadingBatch, alerts: Map<string, Alert>): void {
  bank.take(batch)
  for (const alert of bank.judge()) alerts.set(alert.id, alert)
}

/** The alerts that stood, in order of raisedAt, ranked among each other. */
export function ranked(alerts: Map<string, Alert>, bank: DetectorBank): Alert[] {
  const stood = [...alerts.values()].filter((alert) => alert.probability > 0)
  const sorted = stood.sort((a, b) => (a.raisedAt === b.raisedAt ? (a.id < b.id ? -1 : 1) : a.raisedAt < b.raisedAt ? -1 : 1))
  return rankAlerts(sorted, bank.config, bank.clock.shift + 43_200)
}

async function readFiles(files: FilesToJudge, onFull: (batch: ReadingBatch) => void, goOn: () => boolean) {
  let readings = 0
  let rejected = 0
  const registers = new Registers()
  for (const { usagePoint, code, at } of files.events) if (breaksRegisters(code)) registers.breakAt(usagePoint, at)
  const sink = new BatchSink({
    ledger: files.ledger,
    registers,
    earliest: 0,
    latest: Number.isFinite(files.until) ? files.until - 1 : 0xffff_ffff,
    rows: BATCH_ROWS,
    onFull: (batch) => {
      readings += batch.length
      onFull(batch)
    },
  })
  let bytes = 0
  for (const path of files.paths) {
    const source = counted(openBytes(path), (length) => {
      bytes += length
      files.progress(bytes, readings)
      return goOn()
    })
    await readReadingsCsv(source, {
      zone: files.zone,
      sink,
      reject: (reject) => {
        rejected++
        files.reject(path, reject)
      },
    })
    if (!goOn()) break
  }
  sink.flush()
  return { readings, rejected }
}

async function* counted(source: AsyncIterable<Uint8Array>, onChunk: (bytes: number) => boolean): AsyncIterable<Uint8Array> {
  for await (const chunk of source) {
    yield chunk
    if (!onChunk(chunk.length)) return
  }
}
