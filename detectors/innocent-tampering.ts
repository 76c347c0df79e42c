/** What else a drop, a repetition or a silence can be: work on the meter, a family that moved, a head end that copies, a line that fails. */
import type { InnocentExplanation } from '../model/alert.ts'
import { divided, divisorOf } from './divided-meter.ts'
import type { Case } from './subject.ts'
import { type ReportedEvent, workNear } from './tamper-events.ts'
import { localTime } from './tamper-wording.ts'

const DAY_SECONDS = 86_400

export function innocentTampering(it: Case): InnocentExplanation {
  const { episode, standing } = it
  if (episode.detector === 'joint-silence') return silence(it)
  const work = it.subject.kind === 'area' ? null : workNear(it.subject.events, it.subject.row, episode.onset, standing.at)
  if (work !== null) {
    const when = localTime(work.at, it.localOffset)
    return {
      kind: 'meter-exchange',
      likelihood: 0.9,
      sentence: {
        zh: `${when.zh} 有换表或变比改动记录:先核对倍率与接线。`,
        en: `Work on the meter is on record for ${when.en}: check the multiplier and the wiring first.`,
      },
    }
  }
  const divisor = divisorOf(it)
  if (divisor !== null) return divided(divisor)
  const risen = it.risen !== null && it.risen.knownAt <= standing.at
  return episode.detector === 'metered-drop' ? gone(risen) : copied(risen || standing.seenDays >= 5)
}

function gone(risen: boolean): InnocentExplanation {
  return {
    kind: 'maintenance',
    likelihood: risen ? 0.15 : 0.55,
    sentence: {
      zh: '检修或雷击后用电确实减少(设备停用、外出务工、淡季)。查核:工单、现场封印、钳形表与表计对比。',
      en: 'Work or lightning, after which less is truly drawn (a machine out of use, people away, the season over). Check work orders, the seals, and the meter against a clamp.',
    },
  }
}

function copied(unlikely: boolean): InnocentExplanation {
  return {
    kind: 'head-end-copy',
    likelihood: unlikely ? 0.25 : 0.45,
    sentence: {
      zh: '主站补数把以前的曲线抄了过来而未标记。查核:表内冻结数据与主站是否一致。',
      en: 'The head end filled gaps with an earlier profile and did not say so. Compare with the values stored in the meter.',
    },
  }
}

function silence({ standing, silent, subject, episode }: Case): InnocentExplanation {
  if (outages(subject.events, silent, episode.onset, standing.at) >= standing.hotDays / 2) {
    return {
      kind: 'area-outage',
      likelihood: 0.9,
      sentence: {
        zh: '这些表计上报了停电:支线停电而非失联。',
        en: 'These meters reported that their supply was gone: an outage of their branch, not a silence.',
      },
    }
  }
  return {
    kind: 'comms-fault',
    likelihood: standing.powerW >= 1_500 ? 0.2 : 0.55,
    sentence: {
      zh: '夜间载波受干扰(如路灯驱动电源)或末端信号弱。查核:补采表内曲线,若补齐则排除。',
      en: 'Carrier noise at night (street lights) or a weak end of the line. Read the profile from the meters’ memory: if it is whole, this is refuted.',
    },
  }
}

/** Days on which one of the silent meters reported that its supply was gone. */
function outages(events: readonly ReportedEvent[], silent: readonly string[], from: number, to: number): number {
  const days = new Set<number>()
  for (const { id, code, at } of events) {
    if (code !== 'power-down' && code !== 'last-gasp') continue
    // by noons, as nights are
    if (silent.includes(id) && at >= from - DAY_SECONDS && at <= to) days.add(Math.floor((at - from) / DAY_SECONDS + 0.5))
  }
  return days.size
}
