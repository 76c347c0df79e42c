/**
 * Copies of the databases that nothing else can make again, for the day one of them is damaged. The ledgers above all: their
 * row numbers are what the readings and the state of the detectors go by.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import type { Logger } from 'pino'
import type { DamagedFile } from './damaged-file.ts'
import type { DataFiles } from './data-directory.ts'
import { readSeals, sealFiles } from './file-seals.ts'
import { placeIn } from './mend-log.ts'

const LOOK_MS = 5_000
const HOUR = 3_600_000

/** Also while others write to them; resolves when the copies are in place, with what was damaged of those before. */
export async function keepCopies(files: DataFiles): Promise<DamagedFile[]> {
  mkdirSync(files.copies, { recursive: true, mode: 0o700 })
  const damaged = await damagedCopies(files)
  const sources = copied(files).filter((path) => existsSync(path))
  for (const path of sources) {
    const copy = copyOf(files, path)
    // half of one, when the disk was full
    rmSync(`${copy}.new`, { force: true })
    const source = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })
    try {
      await backup(source, `${copy}.new`)
    } finally {
      source.close()
    }
    renameSync(`${copy}.new`, copy)
  }
  await sealFiles(
    files.copies,
    sources.map((path) => copyOf(files, path)),
  )
  return damaged
}

/** At once, when the ledgers have changed, and every hour. What fails is tried again. */
export function startCopying(files: DataFiles, ledgerVersion: () => number, log: Logger): { stop(): Promise<void> } {
  let version = -1
  let failing = false
  let running = Promise.resolve()
  const keep = async () => {
    try {
      for (const { file, ...told } of await keepCopies(files)) log.error({ file, ...told }, 'a file is damaged; it was set aside')
      if (failing) log.info('the copies are made again')
      failing = false
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'the copies could not be made')
      failing = true
      version = -1
    }
  }
  const copy = () => {
    version = ledgerVersion()
    running = running.then(keep)
  }
  copy()
  const timers = [setInterval(() => ledgerVersion() !== version && copy(), LOOK_MS), setInterval(copy, HOUR)]
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer)
      await running
    },
  }
}

/** The copy of a database, unless there is none or it is not as it was made. */
export async function wholeCopyOf(files: DataFiles, path: string): Promise<string | undefined> {
  const copy = copyOf(files, path)
  if (!existsSync(copy)) return undefined
  return (await readSeals(files.copies, files.damaged).stateOf(copy)) === 'broken' ? undefined : copy
}

function copied({ ledger, gateways, tokens, users, findings }: DataFiles): string[] {
  return [ledger, gateways, tokens, users, findings]
}

function copyOf({ copies }: DataFiles, path: string): string {
  return join(copies, basename(path))
}

/** Before others take their place. */
async function damagedCopies(files: DataFiles): Promise<DamagedFile[]> {
  const seals = readSeals(files.copies, files.damaged)
  const found = seals.damaged ? [{ ...seals.damaged, file: `${basename(files.copies)}/${seals.damaged.file}` }] : []
  for (const path of copied(files)) {
    const copy = copyOf(files, path)
    if ((await seals.stateOf(copy)) !== 'broken') continue
    const place = placeIn(files.damaged, `copy-of-${basename(path)}`)
    copyFileSync(copy, place)
    found.push({
      file: `${basename(files.copies)}/${basename(path)}`,
      reason: 'it changed while nobody wrote to it',
      place,
      instead: 'a new copy of the database',
      remedy: 'nothing is lost; look whether the disk or the memory of this machine is failing',
    })
  }
  return found
}
