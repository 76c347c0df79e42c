const encoder = new TextEncoder()

/** FNV-1a, 64 bits: the same text has the same number in every run. */
export function hashOf(text: string): bigint {
  let hash = 0xcbf29ce484222325n
  for (const byte of encoder.encode(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn
  return hash
}
