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

/** Cells under each other; what somebody else wrote into one cannot move the others. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const shown = rows.map((cells) => cells.map(visibleText))
  const widths = shown.reduce<number[]>((most, cells) => cells.map((cell, at) => Math.max(cell.length, most[at] ?? 0)), [])
  for (const cells of shown) {
    print(
      cells
        .map((cell, at) => cell.padEnd(widths[at]))
        .join('  ')
        .trimEnd(),
    )
  }
}

export function complain(text: string): void {
  process.stderr.write(`${harmless(text)}\n`)
}

/** Lines that give a terminal no command, whoever wrote what stands in them. */
export function harmless(text: string): string {
  return text.split('\n').map(visibleText).join('\n')
}
