import type { AlertSignature, Sentence } from '../../model/alert.ts'

/** The parts of nights that one signature matched, UTC seconds, in order; parts that touch are one. */
export interface SignatureLane {
  /** Its number in the table, from 1. */
  readonly number: number
  readonly name: Sentence
  readonly spans: readonly { readonly from: number; readonly to: number }[]
}

/** Signatures that are drawn on the curve; more would leave it no room. */
const MOST_LANES = 3

export function signatureLanes(signatures: readonly AlertSignature[]): SignatureLane[] {
  return signatures.slice(0, MOST_LANES).map(({ name, best, spans }, index) => ({
    number: index + 1,
    name,
    spans: joined(
      [best, ...spans]
        .map(({ from, to }) => ({ from: Date.parse(from) / 1000, to: Date.parse(to) / 1000 }))
        .sort((a, b) => a.from - b.from),
    ),
  }))
}

function joined(spans: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const whole: { from: number; to: number }[] = []
  for (const { from, to } of spans) {
    const last = whole.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else whole.push({ from, to })
  }
  return whole
}
