import { Readable } from 'node:stream'
import { TAKEN, UNKNOWN_METER } from '../../ingest/byte-sink.ts'
import { readReadingsCsv } from '../../ingest/csv-readings.ts'
import type { CsvReject } from '../../ingest/csv-reject.ts'
import { TimeZone } from '../../ingest/time-zone.ts'

/** What a file of readings gives: `[meter, start or instant as ISO, seconds (registers: 0), Wh, varh or null, quality]` a row. */
export async function readText(
  text: string | Uint8Array,
  zone = 'Asia/Shanghai',
  chunkBytes = 1 << 20,
  known = (_meter: string) => true,
) {
  const rows: unknown[][] = []
  const rejects: CsvReject[] = []
  const take = (
    bytes: Uint8Array,
    from: number,
    to: number,
    start: number,
    seconds: number,
    wh: number,
    varh: number,
    quality: number,
  ) => {
    const meter = Buffer.from(bytes.subarray(from, to)).toString()
    if (!known(meter)) return UNKNOWN_METER
    rows.push([meter, isoOf(start), seconds, wh, Number.isNaN(varh) ? null : varh, quality])
    return TAKEN
  }
  const result = await readReadingsCsv(chunksOf(text, chunkBytes), {
    zone: new TimeZone(zone),
    sink: {
      readingAt: take,
      registerAt: (bytes, from, to, at, wh, varh, quality) => take(bytes, from, to, at, 0, wh, varh, quality),
    },
    reject: (reject) => rejects.push(reject),
  })
  return { rows, rejects, result }
}

export function chunksOf(text: string | Uint8Array, bytes = 1 << 20): AsyncIterable<Uint8Array> {
  const all = Buffer.from(text)
  const chunks: Uint8Array[] = []
  for (let from = 0; from < all.length; from += bytes) chunks.push(all.subarray(from, from + bytes))
  return Readable.from(chunks)
}

export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '')
}
