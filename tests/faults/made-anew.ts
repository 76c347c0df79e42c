/** Files that hold nothing a start reads: it makes them anew. Is what stands in them afterwards right? */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sumOf } from '../../src/one-bit.ts'
import type { FileKind } from './damage-file.ts'
import type { Life } from './killed-service.ts'

/** What is wrong with them in a running service; undefined when they are as they should be. */
const COMPLAINTS: Partial<Record<FileKind, (data: string, life: Life) => string | undefined | Promise<string | undefined>>> = {
  'lock.pid': (data, { service }) => {
    const text = readFileSync(join(data, 'lock.pid'), 'utf8')
    return text === `${service.process.pid}\n` ? undefined : `lock.pid says ${text}`
  },
  'service.json': (data, { http, service }) => {
    const text = readFileSync(join(data, 'service.json'), 'utf8')
    const { hostname, port } = new URL(http)
    const edge = /"mqtt":\[\{"host":"127\.0\.0\.1","port":\d+,"tls":false\}\]\}\n$/
    const head = `{"pid":${service.process.pid},"http":{"host":"${hostname}","port":${port}},`
    const right = text.startsWith(head) && edge.exec(text)?.index === head.length
    return right ? undefined : `service.json says ${text}`
  },
  // a transaction that changes nothing: after the lock is taken, SQLite has rolled back what there was, and the file it belongs to is empty
  'lock.db-journal': (data) => {
    const size = statSync(join(data, 'lock.db')).size
    if (size !== 0) return `lock.db has ${size} bytes`
    return existsSync(join(data, 'lock.db-journal')) ? undefined : 'the lock is not held'
  },
  'shared memory': wrongIndex,
}

export const MADE_ANEW = Object.keys(COMPLAINTS)

export async function complaintOf(kind: FileKind, data: string, life: Life): Promise<string | undefined> {
  return await COMPLAINTS[kind]?.(data, life)
}

const PATIENCE_MS = 5_000

/** A service at work may be changing one while it is read. */
async function wrongIndex(data: string): Promise<string | undefined> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const names = readdirSync(data).filter((name) => name.endsWith('-shm'))
    const wrong = names.filter((name) => !isIndex(readFileSync(join(data, name))))
    if (names.length === 0) return 'there is no shared memory'
    if (wrong.length === 0) return undefined
    if (performance.now() > deadline) return `${wrong.join(', ')} is no index of a log`
    await pause(50)
  }
}

const COPY_BYTES = 48
const SUMMED_BYTES = 40

/** The head stands twice in it, with its checksum: https://www.sqlite.org/walformat.html#the_wal_index_file_format */
function isIndex(bytes: Buffer): boolean {
  const head = bytes.subarray(0, COPY_BYTES)
  if (!head.equals(bytes.subarray(COPY_BYTES, 2 * COPY_BYTES))) return false
  const little = endianness() === 'LE'
  const view = new DataView(head.buffer, head.byteOffset, COPY_BYTES)
  const sum = sumOf([0, 0], new DataView(head.buffer, head.byteOffset, SUMMED_BYTES), little)
  return sum[0] === view.getUint32(SUMMED_BYTES, little) && sum[1] === view.getUint32(SUMMED_BYTES + 4, little)
}
