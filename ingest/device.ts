/** A number that stands for the device, from the meter number in bytes [from, to). */
export function deviceOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193)
  return hash >>> 0
}
