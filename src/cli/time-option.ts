import type { Command } from 'commander'
import { InstantReader } from '../../ingest/instant.ts'
import { timeComplaint } from '../../ingest/time-complaint.ts'
import type { TimeZone } from '../../ingest/time-zone.ts'

/** UTC seconds of an option's time, or of the local midnight of its date; undefined when it was not given. Wrong use otherwise. */
export function timeOption(command: Command, option: string, text: string | undefined, zone: TimeZone): number | undefined {
  if (text === undefined) return undefined
  const bytes = Buffer.from(text)
  const reader = new InstantReader(zone)
  const dateOnly = bytes.length <= 10
  const local = dateOnly ? reader.readDate(bytes, 0, bytes.length) : reader.read(bytes, 0, bytes.length)
  const seconds = dateOnly && local >= 0 ? zone.toUtc(local, 'first') : local
  if (seconds < 0) command.error(`error: ${option} ${text}: ${timeComplaint(seconds, text).join('; ')}`)
  return seconds
}
