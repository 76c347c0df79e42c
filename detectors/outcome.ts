/** What became of a reading. */
export const Outcome = { fresh: 0, duplicate: 1, superseded: 2, correction: 3, late: 4 } as const
