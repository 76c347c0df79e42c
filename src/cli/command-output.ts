import { visibleJson, visibleText } from '../../model/inert-text.ts'

/** Data goes to stdout, talk to stderr; the exit codes are the contract's. */
export const ExitCode = { done: 0, failed: 1, rejects: 2, usage: 64 } as const

export function printJson(value: unknown): void {
  process.stdout.write(`${visibleJson(JSON.stringify(value, null, 2))}\n`)
}

/** `mark` stands before the text and may have a colour. */
export function print(text: string, mark = ''): void {
  process.stdout.write(`${mark}${harmless(text)}\n`)
}

export function complain(text: string): void {
  process.stderr.write(`${harmless(text)}\n`)
}

/** Lines that give a terminal no command, whoever wrote what stands in them. */
export function harmless(text: string): string {
  return text.split('\n').map(visibleText).join('\n')
}
