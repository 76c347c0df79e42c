/**
 * The hours of a furnace: carbon is smelted after the day's work, a few evenings a week, by people who come and go alike
 * (domain.md, 1.1 and 8). Works and farms burst at any hour of their day. Own derivation.
 */
import { EVENING } from './measure-day.ts'
import type { Case, Evidence } from './subject.ts'

/** The slot, of a day that begins at noon, before which such an evening has begun: midnight. */
const LATEST = 48
/** An hour before the evening: what begins then goes on into it. */
const EARLIEST = EVENING - 4
/** Spread (slots) of the hour at which it begins: below the first it is a habit, above the second there is none. */
const HABIT = 10
const ANY_HOUR = 20
/** A host whose own evenings reach more than this share of the burst says less. */
const RESTLESS_SHARE = 0.6

/** tan φ below which it may be a car, which is charged every evening too. */
const CAR_TANGENT = 0.25

export function eveningHabit({ episode, standing }: Case): Evidence | null {
  if (episode.detector !== 'furnace-burst') return null
  const { startSlot, startSpread, powerW, tangent } = standing
  const isEvening = startSlot >= EARLIEST && startSlot < LATEST && startSpread <= HABIT
  // cars are charged and works finish their orders in the evening too: the hour tells only beside what kind of load it is
  if (isEvening ? tangent === null || tangent < CAR_TANGENT : startSpread <= ANY_HOUR) return null
  const atRest = !(episode.usual.evening.medianW > RESTLESS_SHARE * powerW)
  const nats = isEvening ? (atRest ? 0.8 : 0.3) : -0.6
  const span = (startSpread / 4).toFixed(1)
  return {
    group: 'hours',
    nats,
    sentence: isEvening
      ? {
          zh: `每次都在傍晚到午夜之间开始(前后相差约 ${span} 小时)。`,
          en: `It begins in the evening each time, within about ${span} hours.`,
        }
      : {
          zh: `开始时刻不定(相差约 ${span} 小时):自家作业也是这样。`,
          en: `It begins at any hour of the day (about ${span} hours apart), as a host's own work does.`,
        },
  }
}
