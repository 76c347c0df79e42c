/** Events and times as they stand in sentences. */
import type { Sentence } from '../model/alert.ts'
import type { TellingCode } from './meter-events.ts'
import type { ReportedEvent } from './tamper-events.ts'

const WORDS: Readonly<Record<TellingCode, Sentence>> = {
  'meter-cover-opened': { zh: '开表盖', en: 'meter cover opened' },
  'terminal-cover-opened': { zh: '开端钮盖', en: 'terminal cover opened' },
  'magnetic-field': { zh: '强磁场', en: 'strong magnetic field' },
  'phase-loss': { zh: '断相(失压)', en: 'phase lost' },
  'voltage-unbalance': { zh: '电压不平衡', en: 'voltages unbalanced' },
  'current-unbalance': { zh: '电流不平衡', en: 'currents unbalanced' },
  'power-reversal': { zh: '功率反向', en: 'power reversed' },
  'clock-adjusted': { zh: '时钟被调', en: 'clock set' },
  'clock-invalid': { zh: '时钟异常', en: 'clock invalid' },
  'communication-lost': { zh: '通信中断', en: 'communication lost' },
  'module-removed': { zh: '通信模块拔出', en: 'communication module removed' },
  'event-log-cleared': { zh: '事件记录被清', en: 'event log cleared' },
  'configuration-changed': { zh: '参数被改', en: 'configuration changed' },
  'login-failed': { zh: '登录失败', en: 'login failed' },
  'power-down': { zh: '停电', en: 'power down' },
  'last-gasp': { zh: '停电', en: 'last gasp' },
  'power-up': { zh: '来电', en: 'power up' },
  'meter-exchanged': { zh: '换表', en: 'meter exchanged' },
  'ct-ratio-changed': { zh: '互感器变比改动', en: 'CT ratio changed' },
  'register-reset': { zh: '示数清零', en: 'register reset' },
}

const NAMED = 3

/** "U7 于 3月14日 02:10 开端钮盖、…"; `offset`: local standard time minus UTC, seconds. */
export function eventsTold(events: readonly ReportedEvent[], offset: number): Sentence {
  const shown = events.slice(0, NAMED)
  const more = events.length - shown.length
  const zh = shown.map(({ id, at, code }) => `${id} 于${localTime(at, offset).zh}${WORDS[code].zh}`).join('、')
  const en = shown.map(({ id, at, code }) => `${WORDS[code].en} at ${id} on ${localTime(at, offset).en}`).join(', ')
  return { zh: more > 0 ? `${zh}等 ${events.length} 次` : zh, en: more > 0 ? `${en} and ${more} more` : en }
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** Local standard time to the minute. */
export function localTime(at: number, offset: number): Sentence {
  const local = new Date((at + offset) * 1000)
  const clock = local.toISOString().slice(11, 16)
  const month = local.getUTCMonth()
  return { zh: `${month + 1}月${local.getUTCDate()}日 ${clock}`, en: `${local.getUTCDate()} ${MONTHS[month]} ${clock}` }
}
