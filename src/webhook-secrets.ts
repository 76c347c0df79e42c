import { readFileSync } from 'node:fs'
import { ConfigError } from './config-error.ts'

interface Entry {
  [key: string]: unknown
}

/** Keys of an entry that name where another one's value stands. */
export const WEBHOOK_SOURCES = ['secretFile', 'caFile', 'secretEnvironment'] as const

/** Puts into the entries of `webhooks` what their secretFile, caFile and secretEnvironment name. Throws ConfigError. */
export function fillWebhookSecrets(webhooks: unknown, environment: Readonly<Record<string, string | undefined>>): void {
  if (!Array.isArray(webhooks)) return
  for (const [index, entry] of webhooks.entries()) {
    if (!isEntry(entry)) continue
    fill(entry, index, 'secretFile', 'secret', readText)
    fill(entry, index, 'caFile', 'ca', readText)
    fill(entry, index, 'secretEnvironment', 'secret', (name) => {
      const value = environment[name]
      if (value === undefined) throw new Error('there is no such variable')
      return value
    })
  }
}

function fill(
  entry: Entry,
  index: number,
  from: (typeof WEBHOOK_SOURCES)[number],
  key: string,
  read: (name: string) => string,
): void {
  const named = entry[from]
  if (named === undefined) return
  const where = `webhooks.${index}.${from}`
  if (entry[key] !== undefined)
    throw new ConfigError([`${where}: webhooks.${index}.${key} is given in another way too: one is enough`])
  delete entry[from]
  try {
    entry[key] = read(String(named))
  } catch (error) {
    throw new ConfigError([`${where} = ${String(named)}: cannot be read (${error instanceof Error ? error.message : error})`])
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8').trimEnd()
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
