/** Makes the alert of the contract out of an episode: when it would have been raised, what changed since, and why. */
import type { Alert, AlertRevision, AlertRoute, InnocentExplanation, Sentence } from '../model/alert.ts'
import { type Calibration, chanceOf, matterOf } from './calibration.ts'
import { instant } from './day-clock.ts'
import { leastSeenDays } from './days-wanted.ts'
import type { DetectorsConfig } from './detectors-config.ts'
import type { Episode, Standing } from './episode.ts'
import { hashOf } from './hash.ts'
import { bestInnocentExplanation } from './innocent-explanations.ts'
import { withinReach } from './reach.ts'
import { signaturesOf } from './signatures/episode-signatures.ts'
import type { Case, Evidence, Subject } from './subject.ts'
import { thousandths } from './thousandths.ts'
import { weighEvidence } from './weigh-evidence.ts'
import { isOfTheMeter, powerForReach, TAMPER_PRIOR, tellsRoute } from './weigh-tampering.ts'

export interface Verdict {
  /** Log-odds by the evidence, and the chance if they were one: decides whether an alert is raised. */
  readonly logOdds: number
  readonly strength: number
  /** Calibrated: the chance that an inspection finds illegal processing. */
  readonly probability: number
  readonly route: AlertRoute
  readonly evidence: readonly Evidence[]
  readonly innocent: InnocentExplanation | null
}

/** Log-odds of illegal processing before any evidence but the detector's: a load of this kind near a closed mine. */
const PRIOR: Readonly<Record<string, number>> = {
  'flat-load': -1.6,
  'night-surge': -1.8,
  'long-run': -2,
  surplus: -1.8,
  'furnace-burst': -2.4,
  'dead-account': -2.6,
  ...TAMPER_PRIOR,
}

/** A load that fits an innocent explanation as well as can be is this much less likely to be processing. */
const INNOCENT_NATS = 3.2

/** Explanations that rest on a ledger or on arithmetic, not on likeness. */
const MATTERS_OF_RECORD: ReadonlySet<string> = new Set([
  'lawful-use',
  'meter-on-wrong-area',
  'wrong-multiplier',
  'member-counts-part',
  'meter-exchange',
  'area-outage',
])

export function weigh(it: Case, calibration: Calibration): Verdict {
  const evidence = weighEvidence(it)
  const innocent = bestInnocentExplanation(it)
  let logOdds = PRIOR[it.episode.detector] ?? -3
  for (const { nats } of evidence) logOdds += nats
  const likelihood = innocent?.likelihood ?? 0
  if (innocent !== null && MATTERS_OF_RECORD.has(innocent.kind)) logOdds -= 5
  else if (it.episode.detector !== 'dead-account') logOdds -= INNOCENT_NATS * likelihood ** 1.5
  const route = routeOf(it, evidence)
  // 0 says that nothing stands any more (detectors/desk.ts), 1 that it is proven: evidence alone says neither
  const probability = thousandths(Math.min(0.999, Math.max(0.001, chanceOf(calibration[matterOf(route)], logOdds))))
  return { logOdds, strength: thousandths(1 / (1 + Math.exp(-logOdds))), probability, route, evidence, innocent }
}

type RaisingRules = Pick<DetectorsConfig, 'raiseAt' | 'furnaceShare' | 'calibration'>

/** Null when the episode never amounted to an alert. `caseAt` completes a standing with what surrounds it. */
export function composeAlert(
  subject: Subject,
  episode: Episode,
  caseAt: (standing: Standing) => Case,
  { raiseAt, furnaceShare, calibration }: RaisingRules,
): Alert | null {
  const line = episode.detector === 'furnace-burst' ? furnaceShare * raiseAt : raiseAt
  const history: AlertRevision[] = []
  let raised: Standing | null = null
  let last: { standing: Standing; verdict: Verdict } | null = null
  let told = 0
  let withdrawnAt: number | null = null
  for (const standing of episode.standings) {
    if (raised === null && standing.seenDays < leastSeenDays(subject, episode, standing)) continue
    const it = caseAt(standing)
    const verdict = weigh(it, calibration)
    const { probability, strength } = verdict
    last = { standing, verdict }
    if (raised === null) {
      if (strength < line) continue
      raised = standing
      told = probability
      history.push(revision(history.length, standing.at, 'raised', probability, RAISED))
    } else if (withdrawnAt === null && strength < line / 2) {
      withdrawnAt = standing.at
      told = probability
      history.push(revision(history.length, standing.at, 'withdrawn', probability, verdict.innocent?.sentence ?? WEAKER))
    } else if (withdrawnAt !== null && strength >= line) {
      withdrawnAt = null
      told = probability
      history.push(revision(history.length, standing.at, 'reopened', probability, STRONGER))
    } else if (Math.abs(probability - told) >= 0.1) {
      const stronger = probability > told
      told = probability
      history.push(
        revision(history.length, standing.at, stronger ? 'strengthened' : 'lowered', probability, stronger ? STRONGER : WEAKER),
      )
    }
  }
  if (raised === null || last === null) return null
  const { standing, verdict } = last
  const clearedAt = episode.closedAt ?? withdrawnAt
  if (episode.closedAt !== null) history.push(revision(history.length, episode.closedAt, 'cleared', verdict.probability, STOPPED))
  return {
    id: alertId(subject, episode),
    subject: { kind: subject.kind, id: subject.id },
    route: verdict.route,
    onset: instant(episode.onset),
    raisedAt: instant(raised.at),
    clearedAt: clearedAt === null ? null : instant(clearedAt),
    probability: verdict.probability,
    logOdds: thousandths(verdict.logOdds),
    calibration: calibration.version,
    rank: null,
    listedBy: null,
    powerW: Math.round(standing.powerW),
    energyWh: Math.round(standing.energyWh),
    mines: subject.mines.map((site) => ({
      mine: site.mine.mine,
      distanceMeters: Math.round(site.distanceMeters),
      withinReach: withinReach(powerForReach(episode.detector, standing.powerW), site),
    })),
    reasons: verdict.evidence.map(({ group, nats, sentence }) => ({
      detector: group,
      score: Math.round(Math.min(1, Math.max(0, nats / 2)) * 100) / 100,
      nats: thousandths(nats),
      sentence,
    })),
    signatures: signaturesOf(episode),
    innocent: verdict.innocent,
    revision: history.length - 1,
    history,
  }
}

const RAISED: Sentence = { zh: '证据达到报警线。', en: 'The evidence reached the line for an alert.' }
const STRONGER: Sentence = { zh: '后续读数加强了判断。', en: 'Later readings strengthened it.' }
const WEAKER: Sentence = { zh: '后续读数或邻户情况削弱了判断。', en: 'Later readings, or the neighbours’, weakened it.' }
const STOPPED: Sentence = { zh: '可疑负荷已停。', en: 'The suspect load has stopped.' }

function revision(
  number: number,
  at: number,
  change: AlertRevision['change'],
  probability: number,
  cause: Sentence,
): AlertRevision {
  return { revision: number, at: instant(at), change, probability, cause }
}

function routeOf({ subject, episode, standing }: Case, evidence: readonly Evidence[]): AlertRoute {
  if (episode.detector === 'dead-account') return 'revived'
  if (isOfTheMeter(episode.detector) || tellsRoute(evidence)) return 'tampered'
  if (subject.kind === 'area') return 'tapped'
  if (episode.detector === 'flat-load' || episode.detector === 'long-run') return 'metered'
  if (episode.detector === 'furnace-burst') return 'smelting'
  // a small flat block at night in a quiet house is a pump that runs in the dark, not a mill inside a host's load
  const quietHost = episode.usual.noon.medianW < 1_500
  return quietHost && standing.powerW < 12_000 && standing.flatness < 0.05 ? 'metered' : 'night-mill'
}

/** The same episode has the same id in every run; it shares it with those that it goes on with. */
export function alertId(subject: Subject, episode: Episode): string {
  return `A${hashOf(`${subject.kind}:${subject.id}:${episode.detector}:${episode.alert}`).toString(16).padStart(16, '0')}`
}
