/**
 * Counties that somebody is bound to; null: to none, every county is theirs. An entry is a county as the ledgers write it, or
 * an administrative code (GB/T 2260): 411282 one county, 4112 or 411200 all of its prefecture, 41 or 410000 its province.
 */
import { z } from 'zod'

export type Counties = readonly string[] | null

/** At least one: who is bound to nothing is a mistake, not everybody. */
export const BoundCounties = z.array(z.string().trim().min(1).max(200)).min(1).max(200)

/** What a county must be, or begin with, to be one of `counties`: for look-ups that are made in a database. */
export function countyMatch(counties: readonly string[]): {
  readonly names: readonly string[]
  readonly prefixes: readonly string[]
} {
  return {
    names: counties.filter((county) => county !== ''),
    prefixes: counties.filter(isCode).map((code) => code.replace(/(00){1,2}$/, '')),
  }
}

/** Never true of a place whose county no ledger knows, unless all counties are theirs. */
export function covers(counties: Counties, county: string | null): boolean {
  if (counties === null) return true
  if (county === null || county === '') return false
  const { names, prefixes } = countyMatch(counties)
  return names.includes(county) || prefixes.some((prefix) => county.startsWith(prefix))
}

function isCode(entry: string): boolean {
  return /^[1-9]\d(\d\d){0,2}$/.test(entry)
}
