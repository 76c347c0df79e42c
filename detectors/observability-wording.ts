/** What the figures of the observability ledger mean for one mine, in both languages. */
import type { Sentence } from '../model/alert.ts'
import type { Observability, WayOfTaking } from '../model/observability.ts'
import { kw } from './wording.ts'

const NO_SUPPLY: Sentence = {
  zh: '矿点可达范围内无供电:发电机、小水电风险,电表看不到。',
  en: 'No supply is in reach of the mine: the risk is a generator or small hydro, which no meter sees.',
}
const NOTHING_JUDGED: Sentence = {
  zh: '可达范围内的供电都不可判:没有线索不等于没有用电;发电机、小水电同样看不到。',
  en: 'No supply in reach can be judged: no alert does not mean no draw. A generator or small hydro would not be seen either.',
}

export function observabilityReasons({ class: kind, metered, tapped }: Omit<Observability, 'reasons'>): Sentence[] {
  if (metered.supplies + tapped.supplies === 0) return [NO_SUPPLY]
  const found = [
    seen(metered, METERS),
    ...notJudged(metered, METERS),
    seen(tapped, AREAS),
    ...notJudged(tapped, AREAS),
    kind === 'blind' ? NOTHING_JUDGED : null,
  ]
  return found.filter((sentence): sentence is Sentence => sentence !== null)
}

/** What is seen by the supplies of one way that are judged; null when none is. */
function seen({ judged, smallestSeenW, surelySeenW }: WayOfTaking, words: Words): Sentence | null {
  if (judged === 0 || surelySeenW === null) return null
  const { zh, en } = words.judged(judged)
  if (smallestSeenW === null) {
    return {
      zh: `${zh},但线路能送到的功率(至多 ${kw(surelySeenW)} kW)都看不出。`,
      en: `${en}; but the most that a line carries from them, ${kw(surelySeenW)} kW, does not stand out.`,
    }
  }
  return {
    zh: `${zh}:${words.way.zh}昼夜用电超过 ${kw(surelySeenW)} kW 者一周内必见,最灵敏处 ${kw(smallestSeenW)} kW。`,
    en: `${en}. More than ${kw(surelySeenW)} kW round the clock ${words.way.en} is seen within a week, ${kw(smallestSeenW)} kW at the most sensitive.`,
  }
}

interface Words {
  readonly way: Sentence
  readonly judged: (count: number) => Sentence
  readonly learning: (count: number) => Sentence
  readonly incomplete: (count: number) => Sentence
  readonly silent: (count: number) => Sentence
  readonly noTotal: (count: number) => Sentence
}

const METERS: Words = {
  way: { zh: '过表', en: 'through any of them' },
  judged: (count) => ({ zh: `可达的 ${count} 户电表可判`, en: `Usage points in reach that are judged: ${count}` }),
  learning: (count) => ({
    zh: `${count} 户电表天数太少,还不知平时用电。`,
    en: `Usage points of which too few days are known to say what is usual: ${count}.`,
  }),
  incomplete: (count) => ({
    zh: `${count} 户电表缺数太多,不可判:既不算可见,也不算排除。`,
    en: `Usage points that lack too many readings to be judged, neither visible nor cleared: ${count}.`,
  }),
  silent: (count) => ({ zh: `${count} 户电表没有读数。`, en: `Usage points that are not read: ${count}.` }),
  noTotal: () => ({ zh: '', en: '' }),
}

const AREAS: Words = {
  way: { zh: '绕表', en: 'past the meters of any' },
  judged: (count) => ({ zh: `可达的 ${count} 个台区有总表可比对`, en: `Areas in reach judged by their own meter: ${count}` }),
  learning: (count) => ({
    zh: `${count} 个台区天数太少,还不知平时线损。`,
    en: `Areas of which too few days are known to say what loss is usual: ${count}.`,
  }),
  incomplete: (count) => ({
    zh: `${count} 个台区读数不全,不可判:既不算可见,也不算排除。`,
    en: `Areas that are incomplete and cannot be judged, neither visible nor cleared: ${count}.`,
  }),
  silent: (count) => ({
    zh: `${count} 个台区总表没有读数,不可判。`,
    en: `Areas whose own meter is not read and that cannot be judged: ${count}.`,
  }),
  noTotal: (count) => ({
    zh: `${count} 个台区无总表,不可判:绕表用电看不到。`,
    en: `Areas without a meter of their own, where what passes the meters is not seen and cannot be judged: ${count}.`,
  }),
}

function notJudged({ learning, incomplete, silent, noTotal, unseenUpToW }: WayOfTaking, words: Words): Sentence[] {
  const found: Sentence[] = []
  if (learning > 0) found.push(words.learning(learning))
  if (incomplete > 0) found.push(words.incomplete(incomplete))
  if (silent > 0) found.push(words.silent(silent))
  if (noTotal > 0) found.push(words.noTotal(noTotal))
  if (found.length > 0 && unseenUpToW !== null) {
    found.push({
      zh: `由这些供电至多可送 ${kw(unseenUpToW)} kW 而不被看到。`,
      en: `Up to ${kw(unseenUpToW)} kW could be carried from these unseen.`,
    })
  }
  return found
}
