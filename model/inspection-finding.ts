/** What an inspection found at a usage point or an area. */
export const FINDING_RESULTS = ['confirmed', 'innocent', 'nothing-found'] as const
export type FindingResult = (typeof FINDING_RESULTS)[number]

/** Why somebody went there: the work list's rank, its lot, or word from elsewhere. */
export const CHOSEN_BY = ['rank', 'random', 'tip'] as const
export type ChosenBy = (typeof CHOSEN_BY)[number]

export interface InspectionFinding {
  readonly subject: { readonly kind: 'usage-point' | 'area'; readonly id: string }
  /** UTC seconds. */
  readonly foundAt: number
  readonly result: FindingResult
  /** What explained the load, in the words of the file; null when not told or not innocent. */
  readonly innocentKind: string | null
  /** Null when not told. */
  readonly chosen: ChosenBy | null
}
