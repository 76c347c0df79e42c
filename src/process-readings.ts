/**
 * The whole product: packet → journal → batch → store → detectors → alert. Storing and raising may repeat, their keys are
 * idempotent; observing may not, so the judgement's state and its journal position are saved together.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { DecodedPackets, RefusedPayload } from '../ingest/decode-packets.ts'
import type { JournalReader, Slice } from '../ingest/journal.ts'
import type { Alert } from '../model/alert.ts'
import type { Ledger } from '../model/ledger.ts'
import type { JournalledPacket } from '../model/packet.ts'
import type { Judgement } from './judgement.ts'
import type { ReadingStore } from './stores/reading-store.ts'

export interface Line {
  readonly journal: Pick<JournalReader, 'readFrom'>
  readonly judgement: Judgement
  readonly readings: ReadingStore
  readonly quarantine: { add(refused: readonly RefusedPayload[]): void }
  readonly alerts: { raise(alerts: readonly Alert[], position: number): Promise<void> }
  ledger(slice: Slice, signal: AbortSignal): Promise<Ledger>
  decode(slice: Slice, judgement: Judgement, ledger: Ledger): AsyncIterable<DecodedSlice>
  checkpointDue(judgement: Judgement): boolean
  /** Judges again what late readings changed, once all that was taken is in the store. */
  judgeLate(position: number, signal: AbortSignal): Promise<void>
  release(position: number): Promise<void>
  /** Does what may be repeated until it is done: the store may be away, the disk full. */
  insist(work: () => void | Promise<void>, signal: AbortSignal): Promise<void>
}

export interface DecodedSlice {
  readonly packets: readonly JournalledPacket[]
  readonly decoded: DecodedPackets
}

/** Runs until the signal aborts; saves a last checkpoint then. Any other end is a fault: let the process stop. */
export async function processReadings(line: Line, signal: AbortSignal): Promise<void> {
  const { judgement, journal, readings, quarantine, alerts } = line
  for await (const slice of journal.readFrom(judgement.position, signal)) {
    const ledger = await line.ledger(slice, signal)
    judgement.swapLedger(ledger)
    for await (const { packets, decoded } of line.decode(slice, judgement, ledger)) {
      await line.insist(() => quarantine.add(decoded.refused), signal)
      judgement.take(packets, decoded)
      await line.insist(() => readings.append(decoded.batch), signal)
      await alerts.raise(judgement.judge(), slice.position)
    }
    judgement.position = slice.position
    if (line.checkpointDue(judgement)) await checkpoint(line, signal)
    await breathe()
  }
  if (judgement.position > judgement.savedPosition) await checkpoint(line, signal)
}

async function checkpoint({ readings, judgement, judgeLate, release, insist }: Line, signal: AbortSignal) {
  await insist(() => readings.flush(), signal)
  await judgeLate(judgement.position, signal)
  await insist(() => judgement.save(), signal)
  await insist(() => release(judgement.savedPosition), signal)
}
