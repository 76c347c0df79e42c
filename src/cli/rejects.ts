import { isolatedText } from '../../model/inert-text.ts'
import { complain } from './command-output.ts'

const SHOWN = 10

/** Rows that were not taken; the first are shown. */
export class Rejects {
  readonly #first: string[] = []
  count = 0

  add(
    path: string,
    { line, column, value, reason, remedy }: { line: number; column: string; value: string; reason: string; remedy: string },
  ): void {
    this.count++
    if (this.#first.length >= SHOWN) return
    const where = path === '' ? '' : `${isolatedText(path)}: `
    this.#first.push(`${where}line ${line}, ${column} "${isolatedText(value.slice(0, 60))}": ${isolatedText(reason)}; ${remedy}`)
  }

  report(): void {
    for (const line of this.#first) complain(`rejected: ${line}`)
    if (this.count > this.#first.length) complain(`and ${this.count - this.#first.length} more rejected rows`)
  }
}
