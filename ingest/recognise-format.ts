import { listPayload } from './decode-listing.ts'
import type { Decoder } from './decoder.ts'

/** The decoder that reads the payload, or, when none does, the one whose own word stands in it, so that its reason is told. */
export function recogniseFormat<T extends Decoder>(payload: Uint8Array, decoders: readonly T[]): T {
  const reading = decoders.find((decoder) => listPayload(decoder, payload, '').error === null)
  if (reading) return reading
  const text = new TextDecoder().decode(payload.subarray(0, 4096))
  return decoders.find(({ name }) => text.includes(`"${name.slice(name.lastIndexOf('-') + 1)}"`)) ?? decoders[0]
}
