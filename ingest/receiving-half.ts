import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { EdgeAddress } from './edge-listeners.ts'
import { GapBook } from './gap-book.ts'
import { GatewayDirectory } from './gateway-directory.ts'
import { TrafficBook } from './gateway-traffic.ts'
import { JournalArchive } from './journal-archive.ts'
import { isDamage } from './journal-scan.ts'
import { MqttEdge } from './mqtt-edge.ts'
import { MqttSource, type SessionMemory } from './mqtt-source.ts'
import type { ReceiverOptions, SourceOptions } from './receiver-options.ts'
import type { ReceiverStatus } from './receiver-status.ts'
import { RefusalBook } from './refusal-book.ts'
import { RefusalLog, type SpoofTally } from './refusal-log.ts'
import { SqliteJournal } from './sqlite-journal.ts'
import { compileTopicRules } from './topic-rule.ts'

const DAY = 86_400_000
const RATE_WINDOW = 10_000
const REFUSALS_WAIT = 500

/** Journal, edge and source of one process: packets in, on disk, acknowledged. Runs in the receiving thread. */
export class ReceivingHalf {
  readonly edgeAddresses: readonly EdgeAddress[]
  readonly #options: ReceiverOptions
  readonly #parts: Parts
  readonly #timers: NodeJS.Timeout[]
  #rate = { at: performance.now(), packets: 0, perSecond: 0 }

  private constructor(options: ReceiverOptions, parts: Parts) {
    this.#options = options
    this.#parts = parts
    this.edgeAddresses = parts.edge?.addresses() ?? []
    this.#timers = [
      setInterval(() => attempt(() => parts.directory.seen(parts.traffic.takeHeard()), parts.appendFailed), 5_000),
      setInterval(() => attempt(() => parts.book.write(), parts.appendFailed), REFUSALS_WAIT),
      setInterval(() => this.#measureRate(), RATE_WINDOW / 5),
      setInterval(() => void this.#prune(), 3_600_000),
    ]
    void this.#prune()
  }

  static async start(options: ReceiverOptions, appended: (position: number) => void): Promise<ReceivingHalf> {
    const state: Parts['state'] = { commitError: null, corruptRows: 0 }
    return new ReceivingHalf(options, await openParts(options, appended, state))
  }

  release(position: number): Promise<void> {
    return this.#parts.journal.release(position)
  }

  status(): ReceiverStatus {
    const { journal, edge, source, traffic, refusals, state } = this.#parts
    return {
      connections: edge?.connections ?? 0,
      packets: traffic.packets,
      bytes: traffic.bytes,
      packetsPerSecond: this.#rate.perSecond,
      lastPosition: journal.lastPosition(),
      journalBytes: journalBytes(this.#options.dataDirectory),
      gateways: traffic.lines(),
      refusals: { recent: refusals.recent(), counts: refusals.counts() },
      tls: edge?.tls() ?? null,
      source: source?.status() ?? null,
      commitError: state.commitError,
      corruptRows: state.corruptRows,
    }
  }

  takeSpoofs(): readonly SpoofTally[] {
    return this.#parts.refusals.takeSpoofs()
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    const { edge, source, journal, directory, traffic, book, gaps, appendFailed } = this.#parts
    await Promise.all([edge?.close(2_000), source?.close(2_000)])
    await journal.close()
    attempt(() => directory.seen(traffic.takeHeard()), appendFailed)
    attempt(() => book.write(), appendFailed)
    book.close()
    gaps.close()
    directory.close()
  }

  #measureRate(): void {
    const now = performance.now()
    const { packets } = this.#parts.traffic
    const perSecond = ((packets - this.#rate.packets) * 1_000) / (now - this.#rate.at)
    this.#rate = { at: now, packets, perSecond }
  }

  async #prune(): Promise<void> {
    const { archive, appendFailed } = this.#parts
    await archive?.prune(Date.now() - this.#options.archiveDays * DAY).catch(appendFailed)
  }
}

interface Parts {
  readonly journal: SqliteJournal
  readonly archive: JournalArchive | undefined
  readonly directory: GatewayDirectory
  readonly traffic: TrafficBook
  readonly refusals: RefusalLog
  readonly book: RefusalBook
  readonly gaps: GapBook
  readonly edge: MqttEdge | undefined
  readonly source: MqttSource | undefined
  readonly appendFailed: (error: unknown) => void
  readonly state: { commitError: ReceiverStatus['commitError']; corruptRows: number }
}

async function openParts(options: ReceiverOptions, appended: (position: number) => void, state: Parts['state']): Promise<Parts> {
  const { dataDirectory } = options
  const rules = compileTopicRules(options.topics)
  const archive = options.archiveDays > 0 ? await JournalArchive.open(join(dataDirectory, 'archive')) : undefined
  const journal = new SqliteJournal({
    path: join(dataDirectory, 'journal.db'),
    archive,
    committed: (position) => {
      state.commitError = null
      appended(position)
    },
    lost: (from, to) => {
      state.corruptRows += to - from + 1
    },
  })
  const gateways = join(dataDirectory, 'gateways.db')
  const directory = new GatewayDirectory(gateways)
  const gaps = new GapBook(gateways)
  const book = new RefusalBook(gateways, (name) => directory.isRegistered(name))
  const traffic = new TrafficBook()
  const refusals = new RefusalLog((refusal) => book.add(refusal))
  const appendFailed = (error: unknown) => {
    // it will not mend by itself: the thread ends, and with it the service, whose next start looks through the file
    if (isDamage(error)) throw error
    state.commitError = { at: Date.now(), message: error instanceof Error ? error.message : String(error) }
  }
  const edge = options.edge
    ? await MqttEdge.listen({ ...options.edge, rules, journal, directory, traffic, refusals, appendFailed })
    : undefined
  const source = options.source
    ? new MqttSource({
        config: options.source,
        rules,
        journal,
        traffic,
        session: sessionMemory(journal, gaps, options.source, appendFailed),
        appendFailed,
      })
    : undefined
  return { journal, archive, directory, traffic, refusals, book, gaps, edge, source, state, appendFailed }
}

function sessionMemory(
  journal: SqliteJournal,
  gaps: GapBook,
  { url, clientId }: SourceOptions,
  failed: (error: unknown) => void,
): SessionMemory {
  const name = `session ${clientId} at ${url}`
  return {
    read: () => journal.noted(name),
    write: (at) => attempt(() => journal.note(name, at), failed),
    heard: (times) => attempt(() => gaps.heard(url, times), failed),
    gap: (from, to) => attempt(() => gaps.add(url, from, to), failed),
  }
}

/** For what is nice to have written: a full disk must not end the receiving. */
function attempt(work: () => void, failed: (error: unknown) => void): void {
  try {
    work()
  } catch (error) {
    failed(error)
  }
}

function journalBytes(dataDirectory: string): number {
  let bytes = 0
  for (const name of ['journal.db', 'journal.db-wal']) {
    bytes += statSync(join(dataDirectory, name), { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}
