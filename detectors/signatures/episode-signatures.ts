/** What the suspect days of an episode matched, and how the alert tells it. */
import type { AlertSignature } from '../../model/alert.ts'
import { instant, SLOT_SECONDS } from '../day-clock.ts'
import type { Episode } from '../episode.ts'
import { byScore, type DayMatch, MATCHED } from './match-day.ts'
import type { SignatureTemplate, Wanted } from './signature-template.ts'
import { SIGNATURE_SET, SIGNATURE_TEMPLATES } from './templates.ts'

/** The days that matched one template. */
export interface EpisodeSignature {
  readonly template: string
  readonly version: number
  /** Days whose score is surely from MATCHED on, and days whose score may be. */
  readonly nights: number
  readonly possibleNights: number
  /** `from` and `to` are UTC seconds here and in `spans`. */
  readonly best: DayMatch
  /** Parts of the last nights that may match, oldest first. */
  readonly spans: readonly (readonly [from: number, to: number])[]
}

const MOST_SPANS = 14
/** A shape that fewer of the suspect days may have is not told. */
const LEAST_SHARE = 0.2

const TEMPLATES: ReadonlyMap<string, SignatureTemplate> = new Map(SIGNATURE_TEMPLATES.map((template) => [template.id, template]))

/** The episode with what one more suspect day matched; `dayStart`: beginning of its slot 0, UTC seconds. */
export function withMatches(episode: Episode, matches: readonly DayMatch[], dayStart: number): Episode {
  if (matches.length === 0) return episode
  const kept = episode.signatures.filter(({ template }) => !matches.some((match) => match.template === template))
  const renewed = matches.map((match): EpisodeSignature => {
    const before = episode.signatures.find(({ template }) => template === match.template)
    const from = dayStart + match.from * SLOT_SECONDS
    const to = dayStart + match.to * SLOT_SECONDS
    const found = { ...match, from, to }
    return {
      template: match.template,
      version: TEMPLATES.get(match.template)?.version ?? 1,
      nights: (before?.nights ?? 0) + (match.score[0] >= MATCHED ? 1 : 0),
      possibleNights: (before?.possibleNights ?? 0) + 1,
      best: before === undefined || byScore(found, before.best) < 0 ? found : before.best,
      spans: [...(before?.spans ?? []), [from, to] as const].slice(-MOST_SPANS),
    }
  })
  return { ...episode, signatures: [...kept, ...renewed] }
}

export function signaturesOf({ signatures, sums }: Episode): AlertSignature[] {
  return signatures
    .filter(({ possibleNights }) => possibleNights >= LEAST_SHARE * sums.hotDays)
    .sort((a, b) => byScore(a.best, b.best))
    .flatMap((signature) => {
      const template = TEMPLATES.get(signature.template)
      return template === undefined ? [] : [told(signature, template)]
    })
}

function told({ best, nights, possibleNights, spans, version }: EpisodeSignature, template: SignatureTemplate): AlertSignature {
  return {
    template: template.id,
    version,
    set: SIGNATURE_SET,
    name: template.name,
    nights,
    possibleNights,
    best: {
      from: instant(best.from),
      to: instant(best.to),
      score: [...best.score],
      features: best.features.map(({ feature, verdict, measured }) => ({
        feature,
        verdict,
        measured: measured === null ? null : [...measured],
        wanted: rangeOf(template.features[feature]),
      })),
    },
    spans: spans.map(([from, to]) => ({ from: instant(from), to: instant(to) })),
  }
}

function rangeOf(wanted: Wanted | undefined): [number, number] {
  return wanted === undefined ? [0, 0] : [wanted.from, wanted.to]
}
