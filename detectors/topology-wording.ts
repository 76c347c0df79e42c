/** What a doubtful booking of a meter means and what to check on site, in both languages. */
import type { Sentence } from '../model/alert.ts'
import { kw } from './wording.ts'

export interface WrongArea {
  readonly bookedArea: string
  readonly probableArea: string | null
  readonly meanW: number
}

export function wrongAreaSentence({ bookedArea, probableArea, meanW }: WrongArea): Sentence {
  const by =
    probableArea === null
      ? { zh: '由哪个台区供电尚不能确定', en: 'Which area feeds it cannot be told yet' }
      : { zh: `很可能由台区 ${probableArea} 供电`, en: `Area ${probableArea} probably feeds it` }
  const where = probableArea === null ? { zh: '', en: '' } : { zh: `(先看 ${probableArea})`, en: ` (${probableArea} first)` }
  // what counts seven times what it should and more looks the same, but nobody feeds it
  const or =
    probableArea === null
      ? { zh: '接线无误则核对倍率。', en: ' If it is connected as booked, check its multiplier.' }
      : { zh: '', en: '' }
  return {
    zh: `该表档案在台区 ${bookedArea},但它的用电(平均 ${kw(meanW)} kW)不在该台区总表之内;${by.zh}。请现场核对:沿进户线查到所接变压器${where.zh},核对表号与户号;属实则更正户变关系。${or.zh}`,
    en: `This meter is on the books of area ${bookedArea}, but what it counts (${kw(meanW)} kW on average) does not pass that area's own meter. ${by.en}. Check on site: follow its service line to the transformer${where.en}, compare meter and account number; if so, correct the ledger.${or.en}`,
  }
}

export interface WrongMultiplier {
  readonly bookedArea: string
  /** How many times what it should it counts, as measured, and the plausible ratio that is. */
  readonly times: number
  readonly multiplier: number | null
}

export function wrongMultiplierSentence({ bookedArea, times, multiplier }: WrongMultiplier): Sentence {
  const ratio = multiplier === null ? times.toFixed(1) : String(multiplier)
  return {
    zh: `台区 ${bookedArea} 总表只见到该表计量的 1/${ratio}:疑其按应有电量的 ${ratio} 倍计量。请现场核对:互感器变比铭牌与档案综合倍率、换表记录、报文单位;属实则更正倍率。`,
    en: `The own meter of area ${bookedArea} sees only 1/${ratio} of what this meter counts: it seems to count ${ratio} times what it should. Check on site: CT and PT nameplates against the multiplier on record, the meter exchange, the unit sent; if so, correct the multiplier.`,
  }
}
