import { z } from 'zod'
import { TopologyDoubt } from '../../model/topology-doubt.ts'

const Text = z.string().max(500)
const Degrees = z.number().nullable()

/** A transformer area as the ledgers know it; positions are WGS84, null when unknown. */
export const AreaPlace = z.object({
  area: Text,
  name: Text.nullish(),
  county: Text.nullable(),
  feeder: Text.nullable(),
  latitude: Degrees,
  longitude: Degrees,
  radiusMeters: z.number().nullable(),
  capacityKva: z.number().nullable(),
  topologyDoubts: z.array(TopologyDoubt).max(10_000).default([]),
})
export type AreaPlace = z.infer<typeof AreaPlace>

export const UsagePointPlace = z.object({
  usagePoint: Text,
  area: Text.nullable(),
  name: Text.nullish(),
  county: Text.nullable(),
  category: Text,
  status: Text,
  latitude: Degrees,
  longitude: Degrees,
  uncertaintyMeters: z.number().nullable(),
  contractKw: z.number().nullable(),
  lawfulUses: z
    .array(z.object({ use: Text, from: Text, to: Text, permit: Text.nullable(), maxKw: z.number().nullable() }))
    .max(1000),
})
export type UsagePointPlace = z.infer<typeof UsagePointPlace>
