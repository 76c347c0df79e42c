import { FLAG_SPREAD } from './reading-batch.ts'

/** Set in `flags` when the interval's energy is a difference of two register values. */
export const FLAG_REGISTER = 2

const WIDTH_SHIFT = 2
const WIDEST = 63

/**
 * Flags of a row made from registers whose difference was spread over `intervals` rows: FLAG_REGISTER, FLAG_SPREAD when
 * there are two or more, and in the upper six bits how coarse the spreading was. Of two spread values for one interval
 * the less coarse one is nearer the truth, whichever came first.
 */
export function registerFlags(intervals: number): number {
  if (intervals <= 1) return FLAG_REGISTER
  return FLAG_REGISTER | FLAG_SPREAD | (widthClass(intervals) << WIDTH_SHIFT)
}

/** 0 for what was not spread, rising with the number of intervals spread over. */
export function spreadWidth(flags: number): number {
  return flags >>> WIDTH_SHIFT
}

/** Exact up to 40 intervals, then in steps of a quarter octave. */
function widthClass(intervals: number): number {
  if (intervals <= 40) return intervals
  return Math.min(WIDEST, 40 + Math.ceil(Math.log2(intervals / 40) * 4))
}
