/**
 * Reading quality: the codes of ESPI `QualityOfReading` (NAESB REQ.21), as they stand in files and messages.
 * 0 is valid; a missing code is 0.
 */
export const ReadingQuality = {
  valid: 0,
  edited: 7,
  estimatedReferenceDay: 8,
  estimatedInterpolation: 9,
  questionable: 10,
  derived: 11,
  projected: 12,
  mixed: 13,
  raw: 14,
  weatherNormalised: 15,
  other: 16,
  validated: 17,
  verified: 18,
  revenueQuality: 19,
} as const
export type ReadingQuality = (typeof ReadingQuality)[keyof typeof ReadingQuality]

const KNOWN = new Set<number>(Object.values(ReadingQuality))

export function isReadingQuality(code: number): code is ReadingQuality {
  return KNOWN.has(code)
}

/**
 * How much a reading is worth against another for the same interval, 0 (a guess) to 6 (billed), by its quality code.
 * Of two values for one interval the higher rank counts; of equal ranks the larger energy does, whichever came first,
 * so that the order of arrival decides nothing and a smaller copy sent afterwards hides nothing.
 */
export const QUALITY_RANK: Readonly<Uint8Array> = rankTable()

function rankTable(): Uint8Array {
  const rank = new Uint8Array(256)
  rank[ReadingQuality.derived] = 1
  rank[ReadingQuality.mixed] = 1
  rank[ReadingQuality.valid] = 2
  rank[ReadingQuality.raw] = 2
  rank[ReadingQuality.edited] = 3
  rank[ReadingQuality.validated] = 4
  rank[ReadingQuality.verified] = 5
  rank[ReadingQuality.revenueQuality] = 6
  return rank
}
