import { Alert } from '../../model/alert.ts'
import { Told } from './told-history.ts'

/** Alerts of an earlier version lack what came later: the schema leaves it open. */
export function parseAlert(json: string): Alert {
  return Alert.parse(JSON.parse(json))
}

export function parseTold(json: string): Told {
  return Told.parse(JSON.parse(json))
}
