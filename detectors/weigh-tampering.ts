/**
 * Tampering as evidence. Events alone weigh nothing: covers are opened by fitters, phases fail in storms, magnets hang on
 * loudspeakers. They count where the readings show a consequence about then: a load that began (then they are reasons
 * beside the others), a metered drop, the remainder of their area rising by what a meter lost, days that come back, meters
 * that are silent together. The last three are judged here, each with a prior of its own and the common reach.
 */
import type { Sentence } from '../model/alert.ts'
import { divisorOf } from './divided-meter.ts'
import { isOfPieces } from './replayed-profile.ts'
import type { Case, Evidence } from './subject.ts'
import { type ReportedEvent, TAMPER_CLASSES, type TamperClass, tellingEvents } from './tamper-events.ts'
import { eventsTold } from './tamper-wording.ts'
import { kinText, kw } from './wording.ts'

const DAY = 86_400
/** Events count from so long before an onset to so long after it. */
const BEFORE_SECONDS = 3 * DAY
const AFTER_SECONDS = 1.5 * DAY

export type TamperDetector = 'metered-drop' | 'replayed-profile' | 'joint-silence'
const DETECTORS: ReadonlySet<string> = new Set<TamperDetector>(['metered-drop', 'replayed-profile', 'joint-silence'])

/** Whether an episode of this detector says nothing of a load, but of the meter itself. */
export function isOfTheMeter(detector: string): boolean {
  return DETECTORS.has(detector)
}

/** What is drawn behind a tampered meter is not known: a small plant at least, when the question is how far it can be. */
export function powerForReach(detector: string, powerW: number): number {
  return isOfTheMeter(detector) ? Math.max(powerW, LEAST_PLANT_W) : powerW
}

const LEAST_PLANT_W = 4_000

/** Nats of an event of a class beside a load that began, and beside a consequence in the metering itself. */
const NATS: Readonly<Record<TamperClass, { readonly load: number; readonly metering: number }>> = {
  magnet: { load: 1.8, metering: 3.2 },
  cover: { load: 1.2, metering: 2.6 },
  log: { load: 0.8, metering: 1.9 },
  phase: { load: 0.4, metering: 1.7 },
  clock: { load: 0.3, metering: 0.3 },
  comms: { load: 0.3, metering: 0.3 },
}
/** All events together weigh no more. */
const MOST = { load: 2.2, metering: 3.6 }
/**
 * A load that its meter counts in full: whoever gets a machine has it connected, and the fitter opens the cover. Only when
 * the remainder of its area rose too is a part of it led past the meter.
 */
const COUNTED = 0.25
/** Such a reason, of at least so many nats, says how the power is taken. */
const TELLING_NATS = 0.5
const TELLS_ROUTE: ReadonlySet<string> = new Set(['tamper-magnet', 'tamper-cover', 'tamper-log'])

export function tellsRoute(evidence: readonly Evidence[]): boolean {
  return evidence.some(({ group, nats }) => nats >= TELLING_NATS && TELLS_ROUTE.has(group))
}

/** What meters reported about the onset of a load, a drop, a repetition or a silence. */
export function reportedEvents(it: Case): Evidence[] {
  const { subject, episode, standing } = it
  if (subject.events.length === 0) return []
  const side = isOfTheMeter(episode.detector) ? 'metering' : 'load'
  // a silence goes on: the module may be pulled on any of its nights
  const until = episode.detector === 'joint-silence' ? standing.at : episode.onset + AFTER_SECONDS
  const among = episode.detector === 'joint-silence' ? subject.events.filter(({ id }) => it.silent.includes(id)) : subject.events
  const found = tellingEvents(among, episode.onset - BEFORE_SECONDS, until, standing.at)
  let left = MOST[side]
  const weight = side === 'load' && subject.kind === 'usage-point' && !hasRisen(it) ? COUNTED : 1
  return TAMPER_CLASSES.flatMap((kind) => {
    const events = found.get(kind)
    if (events === undefined) return []
    const nats = weight * Math.min(NATS[kind][side], left)
    left -= nats
    return [{ group: `tamper-${kind}`, nats, sentence: reportSentence(events, it) }]
  })
}

function hasRisen({ risen, standing }: Case): boolean {
  return risen !== null && risen.knownAt <= standing.at
}

/** Whether the meter, or one of the area, reported about the onset that somebody was at it. */
export function reportsTampering({ subject, episode, standing }: Case): boolean {
  const found = tellingEvents(subject.events, episode.onset - BEFORE_SECONDS, episode.onset + AFTER_SECONDS, standing.at)
  return found.has('magnet') || found.has('cover') || found.has('log')
}

function reportSentence(events: readonly ReportedEvent[], it: Case): Sentence {
  const told = eventsTold(events, it.localOffset)
  return {
    zh: `表计上报:${told.zh},与用电变化的时间相合。`,
    en: `Reported by the meter: ${told.en}, which fits the time of the change.`,
  }
}

/** Evidence of an episode that is of the meter itself; `reach` is the common evidence of geography. */
export function weighTampering(it: Case, reach: Evidence): Evidence[] {
  const events = reportedEvents(it)
  if (it.episode.detector === 'joint-silence') return [silence(it), reach, ...events]
  // what a wrong multiplier leaves out rises in the area all the same
  const risen = divisorOf(it) === null ? riseOfArea(it) : null
  const found = it.episode.detector === 'metered-drop' ? [drop(it, events.length > 0), reach] : [replay(it), reach]
  return [...found, ...events, ...(risen === null ? [] : [risen]), ...company(it)]
}

/** Log-odds without any event or rise: a drop is next to nothing, a silence or a day that comes back is something. */
export const TAMPER_PRIOR: Readonly<Record<string, number>> = {
  'metered-drop': -2.8,
  'replayed-profile': -1,
  'joint-silence': -1.6,
}
/** Days or nights on which it must have been seen. */
export const TAMPER_LEAST_DAYS: Readonly<Record<string, number>> = {
  'metered-drop': 3,
  'replayed-profile': 2,
  'joint-silence': 4,
}

function drop({ standing, episode }: Case, reported: boolean): Evidence {
  const { days, hotDays, seenDays, powerW } = standing
  const lasting = seenDays < 4 ? -0.3 : seenDays < 6 ? 0 : 0.5
  const torn = hotDays / days < 0.7 ? -1 : 0
  // no event and no fault: people leave, seasons end
  const unreported = reported ? 0 : -4
  return {
    group: 'tamper-drop',
    nats: lasting + torn + unreported,
    sentence: {
      zh: `${days} 天中有 ${hotDays} 天,计量电量比平时(平均 ${kw(episode.usualW)} kW)少 ${kw(powerW)} kW。`,
      en: `On ${hotDays} of ${days} days the meter counted ${kw(powerW)} kW less than its usual mean of ${kw(episode.usualW)} kW.`,
    },
  }
}

function replay({ standing }: Case): Evidence {
  const { seenDays, surprise, hours } = standing
  const back = Math.max(1, Math.round(surprise))
  const pieces = {
    zh: `${seenDays} 天中反复出现此前(约 ${back} 天前)已有的整段负荷曲线,时刻或有平移,而曲线本身有起伏:真实用电不会如此,疑为截取重放数据。`,
    en: `Over ${seenDays} days hours of readings came back that had been there before (about ${back} ${back === 1 ? 'day' : 'days'}), some at another time of the day, though they vary: no real load does so; pieces of data sent again.`,
  }
  return {
    group: 'tamper-replay',
    nats: seenDays < 3 ? 0 : seenDays < 5 ? 0.4 : 0.9,
    sentence: isOfPieces(hours)
      ? pieces
      : {
          zh: `连续 ${seenDays} 天的负荷曲线与 ${back} 天前完全相同,而曲线本身有起伏:真实用电不会如此,疑为重放数据。`,
          en: `The load profiles of ${seenDays} days in a row are the same as ${back} ${back === 1 ? 'day' : 'days'} before, though they vary by the hour: no real load does so; data sent again.`,
        },
  }
}

function silence({ standing, silent }: Case): Evidence {
  const { hotDays, powerW, hours } = standing
  const nights = hotDays < 5 ? 0 : hotDays < 7 ? 0.7 : 1.1
  const excess = powerW >= 1_500 ? 2 : powerW >= 800 ? 0.8 : 0
  const drawn = {
    zh: powerW >= 800 ? `,其间台区多供约 ${kw(powerW)} kW` : '',
    en: powerW >= 800 ? `; meanwhile the area drew about ${kw(powerW)} kW more than usual` : '',
  }
  return {
    group: 'tamper-silence',
    nats: nights + excess,
    sentence: {
      zh: `${silent.join('、')} 有 ${hotDays} 夜同时失联,每夜约 ${hours.toFixed(1)} 小时,同台区其他表计正常上报${drawn.zh}。`,
      en: `${silent.join(', ')} fell silent together on ${hotDays} nights, ${hours.toFixed(1)} hours each, while the other meters of the area reported${drawn.en}.`,
    },
  }
}

/** What the meter no longer counts the area supplies all the same. */
function riseOfArea({ risen, standing, episode }: Case): Evidence | null {
  if (risen === null || risen.knownAt > standing.at) return null
  const nats = episode.detector === 'metered-drop' ? 2 : 1.5
  return {
    group: 'tamper-area',
    nats,
    sentence: {
      zh: `同时,台区无表电量增加约 ${kw(risen.powerW)} kW:少计的电仍在供出。`,
      en: `At the same time the power that no meter of the area counts rose by about ${kw(risen.powerW)} kW: what is not counted is still drawn.`,
    },
  }
}

/** Neighbours whose meters fell or repeated themselves too: a season, a holiday, a head end that copies. */
function company({ kinInArea, kinInCounty, episode }: Case): Evidence[] {
  const kin = kinInArea + 0.25 * kinInCounty
  if (kin === 0) return []
  return [
    {
      group: 'company',
      nats: -Math.min(3, (episode.detector === 'replayed-profile' ? 1 : 0.8) * kin),
      sentence: {
        zh: `前后十天内,本台区另有 ${kinInArea} 户、全县同类户另有 ${kinText(kinInCounty)} 户同样变化。`,
        en: `Within ten days, ${kinInArea} others in the area and ${kinText(kinInCounty)} of its kind in the county changed alike.`,
      },
    },
  ]
}
