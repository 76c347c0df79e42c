import { z } from 'zod'
import { Sentence } from './alert.ts'

/** Seen through usage points that are read; only in what an area's own meter counts beyond them; not at all. */
export const OBSERVABILITY_CLASSES = ['metered', 'residual-only', 'blind'] as const

/**
 * How a supply is watched. judged: days are judged against what is usual; learning: read, but too few days are known to say
 * what is usual; incomplete: too much is missing, neither visible nor cleared; silent: not read any more, or never;
 * no-total: an area without a meter of its own, so that nothing is known of what passes its meters.
 */
export const WATCHES = ['judged', 'learning', 'incomplete', 'silent', 'no-total'] as const
export type Watch = (typeof WATCHES)[number]

const Power = z.number().nonnegative().nullable()

export const Supply = z.object({
  kind: z.enum(['usage-point', 'area']),
  id: z.string().max(128),
  distanceMeters: z.number().nonnegative(),
  carryW: Power.describe('W that can reach the mine from here at low voltage; null when the distance sets no limit'),
  watch: z.enum(WATCHES),
  seenW: Power.describe('least W round the clock that is held against a day here; null unless judged'),
})
export type Supply = z.infer<typeof Supply>

/** One way of taking power, over all its supplies in reach. Powers are W drawn round the clock. */
export const WayOfTaking = z.object({
  supplies: z.int().nonnegative().describe('in reach; the counts below add up to it'),
  judged: z.int().nonnegative(),
  learning: z.int().nonnegative(),
  incomplete: z.int().nonnegative(),
  silent: z.int().nonnegative(),
  noTotal: z.int().nonnegative(),
  smallestSeenW: Power.describe('seen at the most sensitive supply that is judged; null when none is'),
  surelySeenW: Power.describe('seen at whichever judged supply it is taken, the blindest included; null when none is judged'),
  unseenUpToW: Power.describe(
    'what the supplies that are not judged can carry to the mine unseen; null without such, or without limit',
  ),
})
export type WayOfTaking = z.infer<typeof WayOfTaking>

/** What would be seen of power taken to one mine (observability ledger, 可观测性台账). */
export const Observability = z.object({
  mine: z.string().max(128),
  class: z.enum(OBSERVABILITY_CLASSES),
  metered: WayOfTaking.describe('through usage points that are read'),
  tapped: WayOfTaking.describe('past the meters of transformer areas'),
  supplies: z.array(Supply).max(60).describe('areas and usage points in reach, the nearest 30 of each, nearest first'),
  reasons: z.array(Sentence).max(12),
})
export type Observability = z.infer<typeof Observability>
