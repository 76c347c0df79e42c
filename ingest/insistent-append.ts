import type { Packet } from '../model/packet.ts'
import type { JournalWriter } from './journal.ts'

const RETRY_MILLISECONDS = 250

/**
 * Appends until the packet is on disk, then calls `durable`. While the disk is full the packet waits here, unacknowledged, and
 * with it whoever sent it; `failed` hears each failure. Given up silently when `isWanted` says no: the sender is gone and sends again.
 */
export function appendUntilDurable(
  journal: Pick<JournalWriter, 'append'>,
  packet: Packet,
  isWanted: () => boolean,
  durable: () => void,
  failed: (error: unknown) => void,
): void {
  journal.append(packet).then(durable, (error: unknown) => {
    failed(error)
    setTimeout(() => {
      if (isWanted()) appendUntilDurable(journal, packet, isWanted, durable, failed)
    }, RETRY_MILLISECONDS)
  })
}
