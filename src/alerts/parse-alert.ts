import { z } from 'zod'
import { Alert } from '../../model/alert.ts'
import { Told } from './told-history.ts'

/** Alerts of an earlier version lack what came later: the schema leaves it open. */
export function parseAlert(json: string): Alert {
  return Alert.parse(JSON.parse(json))
}

export function parseTold(json: string): Told {
  return Told.parse(JSON.parse(json))
}

const Chances = z.object({ probability: z.number(), history: z.array(z.object({ probability: z.number() })) })

/** The probability as it stands, and the highest it has had; much cheaper than the whole alert. */
export function chancesOf(json: string): { probability: number; highest: number } {
  const { probability, history } = Chances.parse(JSON.parse(json))
  return { probability, highest: history.reduce((highest, entry) => Math.max(highest, entry.probability), probability) }
}
