import { type RawBuilder, sql } from 'kysely'
import type { DatabaseKind } from '../database/database.ts'

interface StatedChances {
  /** The probability as it stands. */
  readonly probability: RawBuilder<number>
  /** The highest it has had. */
  readonly highest: RawBuilder<number>
}

/** Out of the JSON of a row of `alerts as a`, where it lies: a week's alerts are looked through after each that is raised. */
export function statedChances(kind: DatabaseKind): StatedChances {
  return kind === 'postgresql' ? POSTGRES : EMBEDDED
}

const EMBEDDED: StatedChances = {
  probability: sql`json_extract(a.json, '$.probability')`,
  highest: sql`max(json_extract(a.json, '$.probability'), coalesce(
    (SELECT max(json_extract(past.value, '$.probability')) FROM json_each(a.json, '$.history') AS past), 0))`,
}

const POSTGRES: StatedChances = {
  probability: sql`(a.json::json ->> 'probability')::float8`,
  highest: sql`greatest((a.json::json ->> 'probability')::float8,
    (SELECT max((past ->> 'probability')::float8) FROM json_array_elements(a.json::json -> 'history') AS past))`,
}
