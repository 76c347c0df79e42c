import type { Packet } from '../../model/packet.ts'

export function samplePacket(text: string, gateway = 'gw-1'): Packet {
  return { gateway, topic: `adit/v1/${gateway}/readings`, payload: Buffer.from(text), receivedAt: 1_795_000_000_000 }
}

export function textOf(payload: Uint8Array): string {
  return Buffer.from(payload).toString()
}
