import { z } from 'zod'
import { Id } from '../model/field.ts'
import type { JournalledPacket, Packet } from '../model/packet.ts'
import { DecodeError } from './decoder.ts'
import { GATEWAY_NAME } from './gateway-name.ts'
import { parseJson } from './json-guard.ts'
import { IMPORT_GATEWAY, METER_ORDER_TOPIC } from './topic-routes.ts'

const METERS_AN_ORDER = 10_000
const Gateway = z.string().regex(GATEWAY_NAME)

/** Meters change their gateway: from whoever has them, or only those of `from`; to nobody when `to` is null. */
const MeterOrder = z
  .strictObject({
    from: Gateway.nullable(),
    to: Gateway.nullable(),
    /** Null: all meters of `from`. */
    meters: z.array(Id).max(METERS_AN_ORDER).nullable(),
  })
  .refine(({ from, meters }) => from !== null || meters !== null, 'whose meters')
export type MeterOrder = z.output<typeof MeterOrder>

/** As packets of the journal: what comes after them in it obeys. */
export function meterOrderPackets({ meters, ...order }: MeterOrder, receivedAt: number): readonly Packet[] {
  const packet = (some: readonly string[] | null): Packet => ({
    gateway: IMPORT_GATEWAY,
    topic: METER_ORDER_TOPIC,
    payload: Buffer.from(JSON.stringify({ ...order, meters: some })),
    receivedAt,
  })
  if (meters === null) return [packet(null)]
  const packets: Packet[] = []
  for (let at = 0; at < meters.length; at += METERS_AN_ORDER) packets.push(packet(meters.slice(at, at + METERS_AN_ORDER)))
  return packets
}

export function readMeterOrder({ payload }: JournalledPacket): MeterOrder {
  const order = MeterOrder.safeParse(parseJson(payload))
  if (order.success) return order.data
  const remedy = 'give the order again with adit gateway meters'
  throw new DecodeError('bad-order', '$', '', 'the packet is no order to move meters', remedy)
}
