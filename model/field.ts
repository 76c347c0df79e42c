import { z } from 'zod'

/** Identifiers of the trade: meter, account, area and mine numbers. Always strings: 22 digits do not fit a number. */
export const Id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}_.:#/-]+$/u, 'letters, digits and _ . : # / - only')

export const Name = z.string().max(200)
export const Latitude = z.number().min(-90).max(90)
export const Longitude = z.number().min(-180).max(180)
