import { z } from 'zod'
import { Datum } from './datum.ts'
import { Id, Latitude, Longitude, Name } from './field.ts'

/** A transformer area (台区). Latitude and longitude are WGS84; `datum` says what the source gave. */
export const Area = z.strictObject({
  area: Id,
  feeder: Name,
  county: Name,
  latitude: Latitude,
  longitude: Longitude,
  datum: Datum,
  capacityKva: z.number().positive().max(1e6).nullable(),
  radiusMeters: z.number().positive().max(50_000).nullable(),
  name: Name.nullable(),
})
export type Area = z.infer<typeof Area>
