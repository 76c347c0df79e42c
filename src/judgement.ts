/**
 * What the judging half remembers: detectors, registers, owners of meters, books and the journal position they belong to, saved together.
 * Observing may not be repeated, so nothing of it is saved without the position, nor the position without it.
 */
import type { DayClock } from '../detectors/day-clock.ts'
import { DetectorBank } from '../detectors/detector-bank.ts'
import type { DetectorsConfig } from '../detectors/detectors-config.ts'
import { crashPoint } from '../ingest/crash-point.ts'
import type { DecodedPackets } from '../ingest/decode-packets.ts'
import { MeterOwners, type MeterPolicy } from '../ingest/meter-owners.ts'
import { Registers } from '../ingest/registers.ts'
import type { Alert } from '../model/alert.ts'
import type { Ledger } from '../model/ledger.ts'
import type { JournalledPacket } from '../model/packet.ts'
import { bytesOf, type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts'
import { GatewayBooks } from './gateway-books.ts'

/** Raised whenever state written by an older build no longer means the same. */
const STATE_VERSION = 10
/** Room for new usage points before the state has to be copied. */
const HEADROOM = 1.02

export interface JudgementOptions {
  readonly config: DetectorsConfig
  readonly clock: DayClock
  readonly checkpointPath: string
  /** Who may report which meter; not part of what the state means. */
  readonly meters?: MeterPolicy
}

export class Judgement {
  readonly registers = new Registers()
  readonly owners: MeterOwners
  readonly books = new GatewayBooks()
  position = 0
  /** Start of the newest interval taken, UTC seconds; 0 before the first. */
  newestStart = 0
  readonly #options: JudgementOptions
  #bank: DetectorBank
  #savedPosition = 0

  private constructor(options: JudgementOptions, ledger: Ledger) {
    this.#options = options
    this.owners = new MeterOwners(options.meters)
    this.#bank = roomyBank(options, ledger)
  }

  /** From the checkpoint when there is one. Throws CheckpointError when it cannot be used. */
  static open(options: JudgementOptions, ledger: Ledger): Judgement {
    const judgement = new Judgement(options, ledger)
    const saved = loadCheckpoint(options.checkpointPath, fingerprintOf(options), (...part) =>
      judgement.#bank.columns.placeOf(...part),
    )
    if (saved !== null) judgement.#restore(saved)
    return judgement
  }

  get bank(): DetectorBank {
    return this.#bank
  }

  /** Position up to which a saved checkpoint covers the journal. */
  get savedPosition(): number {
    return this.#savedPosition
  }

  /** Between slices only: a new version of the ledgers, with more rows perhaps. */
  swapLedger(ledger: Ledger): void {
    if (ledger.version === this.#bank.ledgerVersion) return
    if (ledger.usagePoints.length <= this.#bank.rows && ledger.areas.length <= this.#bank.areaRows) {
      this.#bank.swapLedger(ledger)
      return
    }
    const old = this.#bank.snapshot()
    this.#bank = roomyBank(this.#options, ledger)
    this.#bank.restore((name) => {
      const part = old.get(name)
      return part === undefined ? undefined : bytesOf(part)
    })
  }

  /** Marks repeats and corrections and keeps the books. Once per batch, before it is stored. */
  take(packets: readonly JournalledPacket[], decoded: DecodedPackets): void {
    const outcomes = this.#bank.take(decoded.batch)
    if (decoded.events.length > 0) this.#bank.takeEvents(decoded.events)
    this.books.enter(packets, decoded, outcomes)
    const { start } = decoded.batch.columns
    for (let row = 0; row < decoded.batch.length; row++) if (start[row] > this.newestStart) this.newestStart = start[row]
    crashPoint('batch-taken')
  }

  judge(): Alert[] {
    return this.#bank.judge()
  }

  /** On disk when it returns; the journal may be released up to `savedPosition` then. */
  save(): void {
    const parts = new Map<string, Uint8Array>()
    for (const [name, part] of this.#bank.snapshot()) parts.set(name, bytesOf(part))
    parts.set('registers', this.registers.snapshot())
    parts.set('owners', this.owners.snapshot())
    parts.set('books', bytesOf(this.books.snapshot()))
    parts.set('newestStart', bytesOf(String(this.newestStart)))
    saveCheckpoint(this.#options.checkpointPath, { fingerprint: fingerprintOf(this.#options), position: this.position, parts })
    this.#savedPosition = this.position
  }

  #restore({ position, parts }: Checkpoint): void {
    this.#bank.restore((name) => parts.get(name))
    this.registers.restore(parts.get('registers') ?? new Uint8Array())
    this.owners.restore(parts.get('owners') ?? new Uint8Array())
    this.books.restore(Buffer.from(parts.get('books') ?? new Uint8Array()).toString())
    this.newestStart = Number(Buffer.from(parts.get('newestStart') ?? new Uint8Array()).toString())
    this.position = position
    this.#savedPosition = position
  }
}

function roomyBank({ config, clock }: JudgementOptions, ledger: Ledger): DetectorBank {
  const rows = Math.ceil(ledger.usagePoints.length * HEADROOM) + 64
  return new DetectorBank(config, clock, ledger, rows, Math.ceil(ledger.areas.length * HEADROOM) + 16)
}

function fingerprintOf({ config, clock }: JudgementOptions): string {
  const text = JSON.stringify([config, clock])
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return `state ${STATE_VERSION}, configuration ${(hash >>> 0).toString(16)}`
}
