/**
 * A signature: how one piece of equipment shows in quarter-hour readings, as ranges of what can be measured of a run. Data,
 * not code: detectors/signatures/templates.ts lists them, detectors/signatures/match-day.ts compares.
 */
import { z } from 'zod'
import { Sentence, SIGNATURE_FEATURES, type SignatureFeature } from '../../model/alert.ts'

const Wanted = z
  .strictObject({
    from: z.number().nonnegative(),
    to: z.number().nonnegative(),
    /** How far outside the range, in its unit, a value has to lie to agree no better than `least`. */
    slack: z.number().positive(),
    /** What the score is multiplied by when this alone disagrees: 0.1 a thing without which it is not that machine, 0.6 a habit. */
    least: z.number().gt(0).lt(1),
  })
  .refine(({ from, to }) => from <= to, 'from must not be above to')
export type Wanted = z.infer<typeof Wanted>

const Features = z.strictObject(Object.fromEntries(SIGNATURE_FEATURES.map((feature) => [feature, Wanted.optional()])))

export const SignatureTemplate = z.strictObject({
  id: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
  /** Raised whenever a range changes. */
  version: z.int().positive(),
  name: Sentence,
  /** Where the ranges come from. */
  source: z.string().min(1),
  /** A stair of tanks started one by one, or a run at one level. */
  shape: z.enum(['run', 'stair']),
  /** Longest standstill inside a run, minutes. */
  stopMinutes: z.number().nonnegative(),
  features: Features,
})
export interface SignatureTemplate extends Omit<z.infer<typeof SignatureTemplate>, 'features'> {
  readonly features: Readonly<Partial<Record<SignatureFeature, Wanted>>>
}
