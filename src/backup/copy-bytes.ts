import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface Copied {
  readonly bytes: number
  readonly sha256: string
}

const CHUNK = 4 << 20

/** The file at `to`, new and for its owner only, gets the first `most` bytes of `from`; on disk when it resolves, its name apart. */
export async function copyBytes(from: FileHandle, to: string, most = Number.POSITIVE_INFINITY): Promise<Copied> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  const target = await open(to, 'wx', 0o600)
  try {
    const copied = await eachChunk(from, most, async (chunk, at) => {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await target.write(chunk, done, chunk.length - done, at + done)
        // a full disk writes short without an error
        if (bytesWritten === 0) throw new Error(`${to} cannot be written: is the disk full?`)
        done += bytesWritten
      }
    })
    await target.sync()
    return copied
  } finally {
    await target.close()
  }
}

/** Size and SHA-256 of a file. */
export async function measureFile(path: string): Promise<Copied> {
  const file = await open(path, 'r')
  try {
    return await eachChunk(file, Number.POSITIVE_INFINITY, async () => {})
  } finally {
    await file.close()
  }
}

async function eachChunk(from: FileHandle, most: number, use: (chunk: Uint8Array, at: number) => Promise<void>): Promise<Copied> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, most)))
  let at = 0
  while (at < most) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, most - at), at)
    if (bytesRead === 0) break
    const chunk = buffer.subarray(0, bytesRead)
    hash.update(chunk)
    await use(chunk, at)
    at += bytesRead
  }
  return { bytes: at, sha256: hash.digest('hex') }
}

/** Makes the names of files below a directory survive a power cut. */
export async function syncFolders(directory: string, files: readonly { readonly path: string }[]): Promise<void> {
  const folders = new Set(['.'])
  for (const { path } of files) {
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) folders.add(folder)
  }
  for (const folder of folders) await syncNames(join(directory, folder))
}

/** Makes the names in a directory survive a power cut. */
export async function syncNames(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
