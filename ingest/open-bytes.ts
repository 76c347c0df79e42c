import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { stdin } from 'node:process'
import { createGunzip } from 'node:zlib'

const CHUNK = 1 << 20

/** A file's bytes in chunks, unzipped when it begins like gzip, whatever its name says. `-` is standard input. `read` is told the bytes taken from disk. Throws when there is no such file. */
export function openBytes(path: string, read?: (bytes: number) => void): AsyncIterable<Uint8Array> {
  if (path === '-') return stdin
  const zipped = isGzip(path)
  const file = createReadStream(path, { highWaterMark: CHUNK })
  if (read) file.on('data', (chunk) => read(chunk.length))
  if (!zipped) return file
  const gunzip = createGunzip({ chunkSize: CHUNK })
  file.on('error', (error) => gunzip.destroy(error))
  return file.pipe(gunzip)
}

/** RFC 1952: ID1 0x1f, ID2 0x8b. */
export function isGzip(path: string): boolean {
  const file = openSync(path, 'r')
  try {
    const head = new Uint8Array(2)
    return readSync(file, head, 0, 2, 0) === 2 && head[0] === 0x1f && head[1] === 0x8b
  } finally {
    closeSync(file)
  }
}
