import { z } from 'zod'
import { Datum } from './datum.ts'
import { Id, Latitude, Longitude, Name } from './field.ts'

/** 政策性关闭, 保护地内退出, 正常关闭, 盗采点. */
export const MINE_KINDS = ['policy-closed', 'protected-area-exit', 'normal-closed', 'dig-point'] as const
/** 已封堵, 封堵不彻底, 未封堵, 被破封, 不详. */
export const SEALINGS = ['sealed', 'partly-sealed', 'unsealed', 'broken', 'unknown'] as const

/** A closed mine or dig point (矿点台账). Latitude and longitude are WGS84; `datum` says what the source gave. */
export const Mine = z.strictObject({
  mine: Id,
  name: Name,
  kind: z.enum(MINE_KINDS),
  county: Name,
  latitude: Latitude,
  longitude: Longitude,
  datum: Datum,
  uncertaintyMeters: z.number().min(0).max(50_000),
  openings: z.int().min(0).max(100_000).nullable(),
  sealing: z.enum(SEALINGS),
  town: Name.nullable(),
  responsible: Name.nullable(),
  supervisor: Name.nullable(),
  closedOn: z.iso.date().nullable(),
})
export type Mine = z.infer<typeof Mine>
