import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commitText, machineText } from '../../bench/machine.ts'

/** Writes what a long run found to docs/scoreboard/NAME.json, with what it takes to run it again. */
export function writeScore(name: string, { seed, command, seconds, ...found }: Score): void {
  const file = join(import.meta.dirname, '..', '..', 'docs', 'scoreboard', `${name}.json`)
  mkdirSync(dirname(file), { recursive: true })
  const score = { command, seed, commit: commitText(), machine: machineText(), seconds, ...found }
  writeFileSync(file, `${JSON.stringify(score, null, 2)}\n`)
}

export interface Score {
  readonly seed: string
  readonly command: string
  readonly seconds: number
  readonly [figure: string]: unknown
}
