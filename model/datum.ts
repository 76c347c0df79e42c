import { z } from 'zod'

/** Geodetic datums of ledgers. Inside Adit every position is WGS84; CGCS2000 differs from it by less than a metre. */
export const Datum = z.enum(['WGS84', 'CGCS2000', 'GCJ02', 'BD09'])
export type Datum = z.infer<typeof Datum>
