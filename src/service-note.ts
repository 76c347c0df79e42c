import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { DataFiles } from './data-directory.ts'

const Address = z.object({ host: z.string().max(255), port: z.int().min(0).max(65_535) })
const ServiceNote = z.object({ pid: z.int(), http: Address, mqtt: z.array(Address.extend({ tls: z.boolean() })).readonly() })
type ServiceNote = z.infer<typeof ServiceNote>

/** Where the running service listens, for commands that work beside it. */
export function writeServiceNote(files: DataFiles, note: ServiceNote): void {
  writeFileSync(noteOf(files), `${JSON.stringify(note)}\n`)
}

/** Undefined when no service runs on this directory, as far as the note tells. */
export function readServiceNote(files: DataFiles): ServiceNote | undefined {
  try {
    return ServiceNote.parse(JSON.parse(readFileSync(noteOf(files), 'utf8')))
  } catch {
    return undefined
  }
}

/** Undefined, too, when its process is gone: a kill leaves the note. */
export function runningService(files: DataFiles): ServiceNote | undefined {
  const note = readServiceNote(files)
  return note !== undefined && isAlive(note.pid) ? note : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

export function removeServiceNote(files: DataFiles): void {
  rmSync(noteOf(files), { force: true })
}

function noteOf({ directory }: DataFiles): string {
  return join(directory, 'service.json')
}
