/** The judging half as the service runs it: where it starts, when it saves, how it stops. */
import { existsSync, renameSync } from 'node:fs'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Logger } from 'pino'
import { crashPoint } from '../ingest/crash-point.ts'
import { canonicalDecoders } from '../ingest/decode-canonical.ts'
import type { RefusedPayload } from '../ingest/decode-packets.ts'
import { decodeSlice } from '../ingest/decode-slice.ts'
import type { JournalReader, Slice } from '../ingest/journal.ts'
import { TimeZone } from '../ingest/time-zone.ts'
import { IMPORT_GATEWAY, TopicRoutes } from '../ingest/topic-routes.ts'
import type { Alert } from '../model/alert.ts'
import type { Ledger } from '../model/ledger.ts'
import type { Amendment } from './alerts/told-history.ts'
import { CheckpointError } from './checkpoint.ts'
import { CheckpointRhythm } from './checkpoint-rhythm.ts'
import { type Config, clockOf } from './config.ts'
import type { DataFiles } from './data-directory.ts'
import { insist } from './insist.ts'
import { judgingAgain } from './judge-again-note.ts'
import { Judgement, type JudgementOptions } from './judgement.ts'
import { LateTruth } from './late-truth.ts'
import { openHistory } from './open-history.ts'
import { type DecodedSlice, type Line, processReadings } from './process-readings.ts'
import { withQuietMoments } from './quiet-moments.ts'
import type { ReadingStore } from './stores/reading-store.ts'
import { WaitingTime } from './waiting-time.ts'

export interface JudgingParts {
  readonly config: Config
  readonly files: DataFiles
  readonly log: Logger
  readonly journal: JournalReader
  readonly readings: ReadingStore
  readonly quarantine: { keep(refused: readonly RefusedPayload[]): void }
  readonly alerts: JudgedAlerts
  readonly ledgers: JudgedLedgers
  readonly release: (position: number) => Promise<void>
  /** Told of the packets that are being stored, so that a reading the store refuses can be traced to its packet. */
  readonly storing: (slice: Slice, judgement: Judgement) => void
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
  /** Why everything is to be judged again from the archive although there is a checkpoint; undefined when it is not. */
  readonly anew?: string | undefined
}

export interface JudgedLedgers {
  readonly current: Ledger
  newest(): Promise<Ledger>
  newestForCertain(signal: AbortSignal): Promise<Ledger>
}

/** Each may be done again when it is not known whether it was done. */
export interface JudgedAlerts {
  /** Nothing that was told before is in it. */
  readonly fresh: boolean
  raise(alerts: readonly Alert[], position: number): Promise<void>
  amend(alerts: readonly Alert[], position: number, amendment: Amendment): Promise<void>
  tellAgain(alerts: readonly Alert[], since: number, position: number, at: string): Promise<void>
  beginAgain(until: number): Promise<void>
  endAgain(position: number, at: string): Promise<void>
}

export interface Judging {
  readonly judgement: Judgement
  /** Areas, and usage points without one, that wait to be judged again because readings came late. */
  readonly lateAreas: number
  /** Why alerts cannot be written at the moment. */
  readonly alertsTrouble: string | undefined
  /** Why nothing is judged on at the moment: the store or the disk does not take it. */
  readonly trouble: string | undefined
  /** Rejects when the line breaks. */
  readonly ended: Promise<void>
  /** Ends after the slice under way, with a checkpoint. */
  stop(): Promise<void>
}

export function startJudging(parts: JudgingParts): Judging {
  const { config, files, log, readings, quarantine, ledgers, release, journal, storing, now } = parts
  const stop = new AbortController()
  const waits = new WaitingTime(now)
  let alertsTrouble: string | undefined
  const alerts = insistentAlerts(parts.alerts, stop.signal, (trouble) => {
    waits.hear(trouble)
    if (trouble) log.warn({ err: trouble }, 'alerts cannot be written; judging waits, packets are taken')
    else log.info('alerts can be written again')
    alertsTrouble = trouble?.message
  })
  let prepared = Promise.resolve()
  if (parts.alerts.fresh) judgeAgainFor(config, files, log)
  const judgement = openJudgement(
    { config: config.detectors, clock: clockOf(config), checkpointPath: files.checkpoint, meters: config.gateways.meters },
    ledgers.current,
    log,
    () => {
      prepared = alerts.beginAgain(journal.lastPosition())
    },
    parts.anew,
  )
  const trouble: { reason: string | undefined } = { reason: undefined }
  const insistent: Line['insist'] = (work, signal) =>
    insist(work, signal, (error) => {
      waits.hear(error)
      trouble.reason = error?.message
      if (error) log.warn({ err: error }, 'what was read cannot be written; it waits in the journal')
      else log.info('what was read is written again')
    })
  const lateTruth = new LateTruth({
    ...{ judgement, alerts, log, now },
    openHistory: () => openHistory(config.store, files.readings, judgement.bank.known.ledger),
  })
  const toldUntil = journal.lastPosition()
  const restoredAt = judgement.savedPosition
  // after a stop in peace everything that was told is in the state
  let retold = toldUntil <= restoredAt
  const rhythm = new CheckpointRhythm(now, () => lateTruth.spent + waits.spent, config.checkpointSeconds * 1_000)
  const line: Line = {
    journal: withQuietMoments(journal, QUIET_MS),
    judgement,
    readings,
    alerts,
    quarantine: { add: (refused) => quarantine.keep(refused) },
    // what people put on the line goes by the ledgers as they were then, with their row numbers
    ledger: (slice, signal) =>
      slice.packets.some(({ gateway }) => gateway === IMPORT_GATEWAY) ? ledgers.newestForCertain(signal) : ledgers.newest(),
    decode: decoderOf(config, files, storing),
    checkpointDue: ({ position, savedPosition, bank }) => rhythm.due(position > savedPosition || bank.late.keys.size > 0),
    judgeLate: (position, signal) => lateTruth.judge(position, signal),
    release: async (position) => {
      // a kill may lie between what was told and the state that is saved, and the store is ahead of both: all is told once more
      if (!retold && position >= toldUntil && judgement.newestStart > 0) {
        await alerts.tellAgain(judgement.bank.alerts(), restoredAt, position, instantOf(judgement.newestStart))
        retold = true
      }
      if (judgement.newestStart > 0) await alerts.endAgain(position, instantOf(judgement.newestStart))
      await release(position)
      rhythm.saved()
    },
    insist: insistent,
  }
  const ended = prepared.then(() => {
    judgingAgain(files)
    return processReadings(line, stop.signal)
  })
  ended.catch(() => {}) // told by whoever waits for `ended`
  return {
    judgement,
    get lateAreas() {
      return lateTruth.waiting
    },
    get alertsTrouble() {
      return alertsTrouble
    },
    get trouble() {
      return trouble.reason
    },
    ended,
    stop: async () => {
      stop.abort()
      // What broke the line was told when it broke; a store that is away leaves the last slices to the next start.
      await ended.catch((error: unknown) => log.warn({ err: error }, 'stopped without a last checkpoint'))
    },
  }
}

/** While their server is away, what is judged waits, and with it the line; packets wait in the journal. */
function insistentAlerts(alerts: JudgedAlerts, signal: AbortSignal, onTrouble: (trouble: Error | null) => void): JudgedAlerts {
  const insistOn = (attempt: () => Promise<void>) => insist(attempt, signal, onTrouble)
  return {
    fresh: alerts.fresh,
    raise: (...what) => insistOn(() => alerts.raise(...what)),
    amend: (...what) => insistOn(() => alerts.amend(...what)),
    tellAgain: (...what) => insistOn(() => alerts.tellAgain(...what)),
    beginAgain: (...what) => insistOn(() => alerts.beginAgain(...what)),
    endAgain: (...what) => insistOn(() => alerts.endAgain(...what)),
  }
}

/** Alerts that were lost, or are kept elsewhere now, come again with everything judged from the archive, where there is one. */
function judgeAgainFor({ retention }: Config, { checkpoint }: DataFiles, log: Logger): void {
  if (!existsSync(checkpoint)) return
  if (retention.archiveDays === 0) {
    log.warn('alerts that were told before are not in this database, and there is no archive to judge them again from')
    return
  }
  log.warn('alerts that were told before are not in this database; everything is judged again from the archive')
  renameSync(checkpoint, `${checkpoint}.unusable`)
}

/** A checkpoint that does not fit is put aside and everything is judged again from the archive. */
function openJudgement(
  options: JudgementOptions,
  ledger: Ledger,
  log: Logger,
  again: () => void,
  anew: string | undefined,
): Judgement {
  try {
    if (anew !== undefined) throw new CheckpointError(`what was made with it is damaged: ${anew}`)
    return Judgement.open(options, ledger)
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    log.warn({ reason: error.message }, 'the checkpoint cannot be used; everything is judged again from the archive')
    again()
    if (existsSync(options.checkpointPath)) renameSync(options.checkpointPath, `${options.checkpointPath}.unusable`)
    return Judgement.open(options, ledger)
  }
}

function decoderOf(config: Config, files: DataFiles, storing: JudgingParts['storing']): Line['decode'] {
  const routes = new TopicRoutes(config.routes, canonicalDecoders(new TimeZone(config.timeZone)))
  const window = { futureSeconds: config.window.futureSeconds, pastSeconds: config.window.pastDays * 86_400 }
  return async function* decode(slice, judgement, ledger): AsyncGenerator<DecodedSlice> {
    crashPoint('slice-read')
    storing(slice, judgement)
    const context = {
      ledger,
      routes,
      window,
      registers: judgement.registers,
      owners: judgement.owners,
      importsDirectory: files.imports,
    }
    for (const decoded of decodeSlice(slice.packets, context)) {
      crashPoint('slice-decoded')
      yield { packets: slice.packets, decoded }
      await breathe()
    }
  }
}

function instantOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}

/** Without packets for this long, what waits for a quiet moment has its turn. */
const QUIET_MS = 2_000
