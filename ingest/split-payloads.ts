const LINE_FEED = 0x0a

/** The payloads of a file: one a line when its first line is a whole JSON object, else the whole file is one. */
export function splitPayloads(bytes: Uint8Array): readonly Uint8Array[] {
  const lines = linesOf(bytes)
  return lines.length > 1 && isObject(lines[0]) ? lines : [bytes]
}

function linesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = []
  let from = 0
  while (from < bytes.length) {
    const end = bytes.indexOf(LINE_FEED, from)
    const to = end < 0 ? bytes.length : end
    if (bytes.subarray(from, to).some((byte) => byte > 0x20)) lines.push(bytes.subarray(from, to))
    from = to + 1
  }
  return lines
}

function isObject(bytes: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
