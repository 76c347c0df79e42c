import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import { copyBytes, measureFile, syncFolders, syncNames } from './copy-bytes.ts'
import { type DatabaseSnapshot, faultOf } from './database-snapshot.ts'
import { type BackedUpFile, type Manifest, manifestFiles, sha256Of } from './manifest.ts'

export interface Damaged {
  readonly path: string
  readonly reason: string
}

/** A backup being written, in a directory of its own. It is one when its manifest is there, which comes last. */
export class BackupWriter {
  readonly directory: string
  readonly #files = new Map<string, BackedUpFile>()
  /** Databases that were damaged before they were copied. */
  readonly damaged: Damaged[] = []

  /** Throws Refusal when there is something in the directory already. */
  constructor(directory: string) {
    if (existsSync(directory) && readdirSync(directory).length > 0) {
      throw new Refusal('backup-exists', `--out ${directory} is not empty: give a directory that is new or empty`)
    }
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.directory = directory
  }

  get files(): readonly BackedUpFile[] {
    return [...this.#files.values()]
  }

  has(path: string): boolean {
    return this.#files.has(path)
  }

  /** False when the file is not there any more. */
  async copy(from: string, path: string, bytes?: number): Promise<boolean> {
    let file: FileHandle
    try {
      file = await open(from, 'r')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
      throw error
    }
    try {
      await this.copyOpen(file, path, bytes)
    } finally {
      await file.close()
    }
    return true
  }

  async copyOpen(file: FileHandle, path: string, bytes?: number): Promise<void> {
    this.#files.set(path, { path, ...(await copyBytes(file, join(this.directory, path), bytes)) })
  }

  async copyDatabase(snapshot: DatabaseSnapshot, path: string): Promise<void> {
    const to = join(this.directory, path)
    await snapshot.copyTo(to)
    const fault = faultOf(to)
    if (fault !== null) this.damaged.push({ path, reason: fault })
    const file = await open(to, 'r')
    await file.sync().finally(() => file.close())
    this.#files.set(path, { path, ...(await measureFile(to)) })
  }

  async drop(path: string): Promise<void> {
    this.#files.delete(path)
    await rm(join(this.directory, path))
  }

  put(path: string, text: string): void {
    this.#write(path, text)
    this.#files.set(path, { path, bytes: Buffer.byteLength(text), sha256: sha256Of(text) })
  }

  /** The backup is whole when it resolves. */
  async finish(facts: Omit<Manifest, 'files'>): Promise<Manifest> {
    const manifest: Manifest = { ...facts, files: this.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) }
    await syncFolders(this.directory, manifest.files)
    for (const [name, text] of manifestFiles(manifest)) this.#write(name, text)
    await syncNames(this.directory)
    await syncNames(dirname(resolve(this.directory)))
    return manifest
  }

  /** Removes all of it. */
  discard(): void {
    for (const name of readdirSync(this.directory)) rmSync(join(this.directory, name), { recursive: true, force: true })
  }

  #write(path: string, text: string): void {
    writeFileSync(join(this.directory, path), text, { flag: 'wx', mode: 0o600, flush: true })
  }
}
