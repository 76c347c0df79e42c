import pino, { type DestinationStream, type Logger } from 'pino'
import { visibleJson } from '../model/inert-text.ts'
import { SECRETS } from './secrets-in-log.ts'

/** One JSON object a line, to stderr; whoever reads it on a terminal reads it as it is. */
export function serviceLog(level: string, destination: DestinationStream = pino.destination({ dest: 2, sync: true })): Logger {
  return pino({ level, base: null, redact: SECRETS, hooks: { streamWrite: visibleLine } }, destination)
}

function visibleLine(line: string): string {
  return `${visibleJson(line.slice(0, -1))}\n`
}
