import type { Sentence } from '../model/alert.ts'
import type { LateReadings } from './late-readings.ts'

/** Usage points that are named; of more only the number is told. */
const MOST_NAMED = 3

/** Which late readings were the cause: how many, of whom, of which local days. */
export function lateCause(
  ids: readonly string[],
  { from, to, count }: LateReadings['columns'],
  rows: readonly number[],
  localOffset: number,
): Sentence {
  const late = rows.filter((row) => count[row] > 0)
  const dateOf = (seconds: number) => new Date((seconds + localOffset) * 1000).toISOString().slice(0, 10)
  const first = dateOf(Math.min(...late.map((row) => from[row])))
  const last = dateOf(Math.max(...late.map((row) => to[row])))
  const readings = late.reduce((sum, row) => sum + count[row], 0)
  const named = late.slice(0, MOST_NAMED).map((row) => ids[row])
  const days = first === last ? { zh: first, en: `on ${first}` } : { zh: `${first} 至 ${last}`, en: `from ${first} to ${last}` }
  const more = late.length > MOST_NAMED
  return {
    zh: `收到 ${days.zh} 的补传或更正读数 ${readings} 条(用电点 ${named.join('、')}${more ? `等 ${late.length} 个` : ''}),已据此重新研判。`,
    en: `Judged again: ${readings} late or corrected readings ${days.en} came, of ${named.join(', ')}${more ? ` and ${late.length - MOST_NAMED} more` : ''}.`,
  }
}
