import { commitText, machineText } from '../../bench/machine.ts'
import { type PartName, type ScoreboardPart, writePart } from './scoreboard.ts'

type Cell = string | number

export interface Score {
  readonly command: string
  readonly seed: string
  readonly seconds: number
  /** One line a row below the figures. */
  readonly rows?: readonly Readonly<Record<string, unknown>>[]
  readonly [figure: string]: unknown
}

/** Writes what a long run found into the scoreboard, with what it takes to run it again. Lists are told by their length. */
export function writeScore(name: PartName, { command, rows, ...found }: Score): void {
  const figures = [...flatFigures(found), ['commit', commitText()], ['machine', machineText()]] as const
  const head = Object.keys(rows?.[0] ?? {})
  const table = rows && { head, rows: rows.map((row) => head.map((key) => cellOf(row[key]))) }
  const part: ScoreboardPart = { command, figures: figures.map(([what, value]) => [what, value]), ...(table && { table }) }
  writePart(name, part)
}

/** Figures with the way to them as their names. */
export function flatFigures(found: object): ScoreboardPart['figures'] {
  return Array.from(flat(found, ''), ([what, value]) => [what, value])
}

function* flat(found: object, before: string): Iterable<readonly [string, Cell]> {
  for (const [key, value] of Object.entries(found)) {
    const name = before === '' ? key : `${before}: ${key}`
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) yield* flat(value, name)
    else yield [name, cellOf(value)]
  }
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'number' || typeof value === 'string') return value
  return Array.isArray(value) ? value.length : String(value)
}
