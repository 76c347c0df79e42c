/**
 * Copies of the databases that nothing else can make again, for the day one of them is damaged. The ledgers above all: their
 * row numbers are what the readings and the state of the detectors go by.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import type { Logger } from 'pino'
import type { DataFiles } from './data-directory.ts'

const LOOK_MS = 5_000
const HOUR = 3_600_000

/** Also while others write to them; resolves when the copies are in place. */
async function keepCopies(files: DataFiles): Promise<void> {
  mkdirSync(files.copies, { recursive: true, mode: 0o700 })
  for (const path of [files.ledger, files.gateways, files.tokens, files.users, files.findings]) {
    if (!existsSync(path)) continue
    const copy = copyOf(files, path)
    const source = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })
    try {
      await backup(source, `${copy}.new`)
    } finally {
      source.close()
    }
    renameSync(`${copy}.new`, copy)
  }
}

/** At once, when the ledgers have changed, and every hour. */
export function startCopying(files: DataFiles, ledgerVersion: () => number, log: Logger): { stop(): Promise<void> } {
  let version = -1
  let running = Promise.resolve()
  const copy = () => {
    version = ledgerVersion()
    running = running
      .then(() => keepCopies(files))
      .catch((error: unknown) => log.warn({ err: error }, 'the copies could not be made'))
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

export function copyOf({ copies }: DataFiles, path: string): string {
  return join(copies, basename(path))
}
