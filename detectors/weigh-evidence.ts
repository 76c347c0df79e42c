/**
 * Weighs what speaks for illegal processing, in nats of log-odds: one weight for each independent group of evidence,
 * each capped, none counted twice. Start values from the trade (equipment tables, law of line lengths, published cases);
 * findings of inspections correct the sum, not the parts.
 */
import type { Sentence } from '../model/alert.ts'
import { isolatedText } from '../model/inert-text.ts'
import { REMAINDER_OFFSET_W } from './area-balance.ts'
import { daysWanted, idleHost, isBusyHost } from './days-wanted.ts'
import { eveningHabit } from './evening-habit.ts'
import { explainingPart } from './explaining-part.ts'
import { multiplierOf } from './multiplier.ts'
import { reactive } from './power-factor.ts'
import { LOAD_MOMENT, momentNeeded } from './reach.ts'
import type { Case, Evidence } from './subject.ts'
import { isOfTheMeter, powerForReach, reportedEvents, weighTampering } from './weigh-tampering.ts'
import { CATEGORY, kinText, kw, percent, SEALING } from './wording.ts'

export function weighEvidence(it: Case): Evidence[] {
  if (isOfTheMeter(it.episode.detector)) return weighTampering(it, geography(it))
  const found = [
    endurance(it),
    geography(it),
    size(it),
    steadiness(it),
    reactive(it),
    hostOf(it),
    rhythm(it),
    eveningHabit(it),
    lift(it),
    company(it),
    ...reportedEvents(it),
  ]
  return found.filter((evidence): evidence is Evidence => evidence !== null)
}

/** How long it has gone on: a pump for days, a mill for nights, a furnace again and again. */
function endurance({ standing, episode, subject }: Case): Evidence {
  const { hotDays, seenDays, days } = standing
  if (episode.detector === 'dead-account') {
    return {
      group: episode.detector,
      nats: standing.energyWh > 3_000 ? 5 : 4,
      sentence: {
        zh: `${subject.kind === 'area' ? '台区' : '户'}档案为停用或销户,却用电 ${kw(standing.energyWh)} kWh。`,
        en: `The account is suspended or closed, yet it drew ${kw(standing.energyWh)} kWh.`,
      },
    }
  }
  const [few, some, many] = daysWanted(subject, episode, standing)
  const share = hotDays / days
  // a feast is every evening and soon over; a furnace rests between its charges
  const feast = hotDays < 6 && share > 0.9 ? -1 : 0
  const torn = episode.detector === 'furnace-burst' ? feast : share < 0.45 ? -1.2 : share < 0.7 ? -0.5 : 0
  const nats = (seenDays < few ? -2 : seenDays < some ? -0.5 : seenDays < many ? 0.4 : 0.9) + torn
  const what = MANNER[episode.detector] ?? { zh: '', en: '' }
  const usual = Math.max(0, subject.kind === 'area' ? episode.usualW - REMAINDER_OFFSET_W : episode.usualW)
  return {
    group: episode.detector,
    nats,
    sentence: {
      zh: `${days} 天中有 ${hotDays} 天${what.zh}多用约 ${kw(standing.powerW)} kW(平时 ${kw(usual)} kW),日均 ${standing.hours.toFixed(1)} 小时。`,
      en: `On ${hotDays} of ${days} days about ${kw(standing.powerW)} kW more than usual (${kw(usual)} kW) ${what.en}, ${standing.hours.toFixed(1)} hours a day.`,
    },
  }
}

const MANNER: Readonly<Record<string, Sentence>> = {
  'flat-load': { zh: '昼夜不停', en: 'round the clock' },
  'night-surge': { zh: '夜间', en: 'at night' },
  'long-run': { zh: '整班连续', en: 'in one long run' },
  surplus: { zh: '无表', en: 'past the meters' },
  'furnace-burst': { zh: '短时大功率', en: 'in short bursts' },
}

/**
 * Reach by power and cable, and how open the mine is. A furnace stands in a house with a supply of its own, to which the
 * carbon is carried (domain.md, 1.1): its distance counts, and not what a cable to the mine would carry.
 */
function geography({ subject, standing, episode }: Case): Evidence {
  const isFurnace = episode.detector === 'furnace-burst'
  const powerW = powerForReach(episode.detector, isFurnace ? Math.min(standing.powerW, CARRIED_W) : standing.powerW)
  const [best] = subject.mines
  if (best === undefined) {
    return {
      group: 'reach',
      nats: -5,
      sentence: { zh: '供电可达范围内没有已知关闭矿点。', en: 'No known closed mine is within reach of this supply.' },
    }
  }
  let nats = -5
  let nearest = best
  for (const site of subject.mines) {
    const moment = momentNeeded(powerW, site.certainMeters)
    const reach = moment <= 12 ? 1.2 : moment <= 24 ? 0.8 : moment <= LOAD_MOMENT ? 0 : moment <= 2 * LOAD_MOMENT ? -1.5 : -4
    const close = site.certainMeters < 800 ? 0.5 : site.certainMeters > 4_000 ? -0.8 : 0
    const open = { unsealed: 0.4, broken: 0.5, 'partly-sealed': 0.3, unknown: 0, sealed: -0.2 }[site.mine.sealing]
    const kind = { 'dig-point': 0.2, 'policy-closed': 0.1, 'protected-area-exit': 0.1, 'normal-closed': -0.1 }[site.mine.kind]
    if (reach + close + open + kind > nats) {
      nats = reach + close + open + kind
      nearest = site
    }
  }
  const km = (nearest.distanceMeters / 1000).toFixed(1)
  const farthestKm = (LOAD_MOMENT / 1.3 / (powerW / 1000)).toFixed(1)
  const mine = isolatedText(nearest.mine.name)
  return {
    group: 'reach',
    nats,
    sentence: {
      zh: `距${SEALING[nearest.mine.sealing].zh}的${mine} ${km} km;${isFurnace ? '载金炭可运到附近自有供电的房屋熔炼' : `这一功率的低压线最远可送 ${farthestKm} km`}。`,
      en: `${km} km from ${mine} (${SEALING[nearest.mine.sealing].en}); ${isFurnace ? 'loaded carbon is carried to a furnace nearby that has a supply of its own' : `at low voltage this power carries at most ${farthestKm} km`}.`,
    },
  }
}

/** A furnace is held to be as near as a load of this power would have to be, W. */
const CARRIED_W = 8_000

/** Equipment of such plants: 3–45 kW; beyond that it needs a transformer of its own. */
function size({ standing, episode, subject }: Case): Evidence | null {
  if (episode.detector === 'dead-account') return null
  const kilowatts = standing.levelW / 1000
  const nats = slightNats(subject, episode, kilowatts) ?? SIZE_NATS.find(([below]) => kilowatts < below)?.[1] ?? -2.5
  const like = nats > 0 ? LIKE_A_PLANT : isFarmSized(subject, kilowatts) ? LIKE_A_FARM : UNLIKE_A_PLANT
  return {
    group: 'size',
    nats,
    sentence: {
      zh: `增加的功率 ${kw(standing.levelW)} kW,${like.zh}。`,
      en: `The added ${kw(standing.levelW)} kW is ${like.en}.`,
    },
  }
}

const LIKE_A_PLANT: Sentence = { zh: '在小选厂水泵、搅拌、球磨机的功率范围内', en: 'what pumps, agitators and small mills draw' }
const LIKE_A_FARM: Sentence = {
  zh: '农户自用的风机、增氧机、水泵也是这样大',
  en: 'what a farm’s own fans, aerators and pumps draw too',
}
const UNLIKE_A_PLANT: Sentence = { zh: '不是小选厂常见的功率', en: 'not what small plants usually draw' }

/** Nats below each size, kW. */
const SIZE_NATS: readonly (readonly [number, number])[] = [
  [4, -0.4],
  [32, 0.3],
  [55, -0.3],
  [90, -1.2],
]

/**
 * Under three kilowatts what no meter counts may as well be a meter's error or the loss of a line; a works' machines differ
 * by five; and a farm's own fans, aerators and pumps have one to seven (domain.md, 2), of which it starts one more any day.
 */
function slightNats(subject: Case['subject'], episode: Case['episode'], kilowatts: number): number | null {
  if (subject.kind === 'area') return kilowatts < 3 ? -1.8 : null
  if (isFarmSized(subject, kilowatts)) return kilowatts < 5 ? -0.7 : -0.2
  return isBusyHost(subject, episode) && kilowatts < 5 ? -0.9 : null
}

function isFarmSized({ category }: Case['subject'], kilowatts: number): boolean {
  return category === 'agricultural' && kilowatts < 7
}

/** A mill or pump is flat to a few per cent while it runs, and the same from day to day. */
function steadiness({ standing, episode, subject }: Case): Evidence | null {
  if (episode.detector === 'dead-account' || episode.detector === 'furnace-burst') return null
  const { flatness, stepSpread } = standing
  // a crusher rattles beside its mill
  const isMill = episode.detector === 'night-surge' && standing.powerW > 12_000
  const loose = subject.kind === 'area' || isMill ? 2 : 1
  const flat = flatness < 0.03 * loose ? 0.7 : flatness < 0.05 * loose ? 0.3 : flatness < 0.08 * loose ? -0.2 : -0.7
  // what stands on a host larger than itself has the host's unrest, and nothing is told by it
  const told = flatness < 0.05 * loose || subject.kind === 'area' || episode.usualW < 1.2 * standing.powerW
  const same = standing.seenDays < 2 ? 0 : stepSpread < 0.12 ? 0.3 : stepSpread < 0.3 ? 0 : -0.5
  return {
    group: 'steadiness',
    nats: (told ? flat : 0) + same,
    sentence: {
      zh: `运行时功率波动 ${percent(flatness)},日间水平变化 ${percent(stepSpread)}。`,
      en: `While running it varies by ${percent(flatness)} from one quarter-hour to the next and by ${percent(stepSpread)} from day to day.`,
    },
  }
}

/** Whose account it is: a home or a farm has no use for such a load, a works has. */
function hostOf(it: Case): Evidence | null {
  const { subject, episode, standing } = it
  if (episode.detector === 'dead-account') return null
  if (subject.kind === 'area') {
    if (explainingPart(it) !== null) return null
    return {
      group: 'unmetered',
      nats: 1.8,
      sentence: {
        zh: '台区供电量减去全部表计与线损后,多出的电量没有表计。',
        en: 'Less all meters and the line loss, the area supplies power that no meter counts.',
      },
    }
  }
  const nats = { residential: 0.9, agricultural: 0.1, commercial: -0.3, industrial: -0.9, public: -1.3 }[
    subject.category ?? 'residential'
  ]
  const before = Math.max(episode.usual.noon.medianW, episode.usualW)
  const established = before > 0.6 * standing.powerW ? -0.6 : before < 0.15 * standing.powerW ? 0.3 : 0
  // a machine that runs on and on is what works and seasonal accounts are for; at night, or in bursts, it is less so
  const own = episode.detector === 'flat-load' || episode.detector === 'long-run'
  const idle = idleHost(subject, episode) ? -0.7 : 0
  const works = !own || (subject.category !== 'industrial' && idle === 0) ? 0 : subject.category === 'agricultural' ? -0.7 : -0.9
  // a meter that counts too much shows more than the contract, whatever is drawn
  const multiplied = multiplierOf(standing.factor, subject.contractKw) !== null
  const load = multiplied ? Number.NaN : (standing.levelW + Math.max(0, episode.usualW)) / 1000 / subject.contractKw
  const over = load > 1.3 ? 1.2 : load > 1.05 ? 0.6 : load > 0.4 && load < 0.95 ? -0.4 : 0
  return {
    group: 'account',
    nats: nats + established + over + idle + works,
    sentence: {
      zh: `${CATEGORY[subject.category ?? 'residential'].zh}户${over > 0 ? `,超过合同容量 ${subject.contractKw} kW` : ''};此前白天约 ${kw(before)} kW。`,
      en: `A ${CATEGORY[subject.category ?? 'residential'].en} account${over > 0 ? `, above its contract of ${subject.contractKw} kW` : ''}; before, about ${kw(before)} kW by day.`,
    },
  }
}

/** Mills start and stop when people come and go, not with the sun or a thermostat. */
function rhythm({ standing, episode }: Case): Evidence | null {
  if (episode.detector !== 'night-surge' && episode.detector !== 'flat-load') return null
  const cycling = episode.detector === 'flat-load' && standing.swings >= 8 ? -1.2 : 0
  if (cycling === 0) return null
  return {
    group: 'rhythm',
    nats: cycling,
    sentence: {
      zh: `每天开停约 ${Math.round(standing.swings / 2)} 次。`,
      en: `It switches on and off about ${Math.round(standing.swings / 2)} times a day.`,
    },
  }
}

/** What runs round the clock lifts the day's mean by its whole level; a host that only rests less does not. */
function lift({ standing, episode }: Case): Evidence | null {
  if (episode.detector !== 'flat-load' || standing.lift === null) return null
  const nats = standing.lift < 0.25 ? -1.5 : standing.lift < 0.5 ? 0 : standing.lift < 1.8 ? 0.4 : 0.2
  return {
    group: 'lift',
    nats,
    sentence: {
      zh: `全天平均功率升高为该负荷的 ${percent(Math.max(0, standing.lift))}。`,
      en: `The mean of the whole day rose by ${percent(Math.max(0, standing.lift))} of this load.`,
    },
  }
}

/** Accounts of one kind that begin together follow a season, a tariff or the weather; thieves do not start in step. */
function company({ kinInArea, kinInCounty, subject, episode }: Case): Evidence | null {
  if (subject.kind === 'area' || episode.detector === 'dead-account' || kinInArea + kinInCounty === 0) return null
  // shops and works have no harvest: that several of them begin at once says little
  const weight = subject.category === 'agricultural' || subject.category === 'residential' ? 0.35 : 0.1
  return {
    group: 'company',
    nats: -weight * Math.min(4, Math.min(2, 0.5 * kinInCounty) + 2 * kinInArea),
    sentence: {
      zh: `前后十天内,本台区另有 ${kinInArea} 户、全县同类户另有 ${kinText(kinInCounty)} 户开始类似用电。`,
      en: `Within ten days, ${kinInArea} others in the area and ${kinText(kinInCounty)} of its kind in the county began alike.`,
    },
  }
}
