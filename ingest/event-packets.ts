import type { Packet } from '../model/packet.ts'
import type { EventRow } from './csv-events.ts'
import { IMPORT_EVENTS_TOPIC, IMPORT_GATEWAY } from './topic-routes.ts'

const EVENTS_A_PACKET = 500

/** Imported events as packets of canonical JSON, in order of time. `receivedAt` in epoch milliseconds. */
export function eventPackets(events: readonly EventRow[], receivedAt: number): readonly Packet[] {
  const sorted = events.toSorted((a, b) => a.at - b.at)
  const packets: Packet[] = []
  for (let from = 0; from < sorted.length; from += EVENTS_A_PACKET) {
    const rows = sorted.slice(from, from + EVENTS_A_PACKET).map(({ meter, at, code, detail }) => {
      const time = new Date(at * 1000).toISOString()
      return detail === '' ? [meter, time, code] : [meter, time, code, detail]
    })
    packets.push({
      gateway: IMPORT_GATEWAY,
      topic: IMPORT_EVENTS_TOPIC,
      payload: Buffer.from(JSON.stringify({ events: rows })),
      receivedAt,
    })
  }
  return packets
}
