/**
 * Canonical JSON (docs/payloads.md): readings, registers and events of one gateway. Usual payloads go through the byte
 * scanner; the rest is parsed in full, which costs ten times more and names the field, the value and the remedy.
 */
import { z } from 'zod'
import { Id } from '../model/field.ts'
import { isReadingQuality } from '../model/reading-quality.ts'
import { type ByteDecoder, MOST_REGISTER_WH, MOST_ROWS, MOST_SECONDS, MOST_WH, type PayloadSink } from './byte-sink.ts'
import { DecodeError, type ReadingSink } from './decoder.ts'
import { InstantReader } from './instant.ts'
import { parseJson } from './json-guard.ts'
import { CanonicalScanner } from './scan-canonical.ts'
import { firstComplaint } from './schema-complaint.ts'
import { TIME_AMBIGUOUS, TIME_SKIPPED, TIME_SYNTAX, type TimeZone } from './time-zone.ts'

const TimeText = z.string().max(40)
const Quality = z.int().refine(isReadingQuality, 'not an ESPI quality code')
/** Rows are looked at one by one: a hundred thousand complaints of one payload cost a hundred times the first. */
const Rows = z.array(z.unknown()).max(MOST_ROWS)

const Readings = z.strictObject({ start: TimeText, seconds: z.int().min(1).max(MOST_SECONDS), readings: Rows })
const ReadingRow = z.tuple([Id, z.number().min(0).max(MOST_WH), extras(MOST_WH)])
const Registers = z.strictObject({ at: TimeText, registers: Rows })
const RegisterRow = z.tuple([Id, z.number().min(0).max(MOST_REGISTER_WH), extras(MOST_REGISTER_WH)])
const Events = z.strictObject({ events: Rows })
const EventRow = z.tuple([Id, TimeText, z.string().min(1).max(64), z.string().max(500).optional()])

function extras(most: number) {
  return z.strictObject({ varh: z.number().min(-most).max(most).optional(), quality: Quality.optional() }).optional()
}

/** The three canonical decoders. Times without an offset are wall-clock time of `zone`. */
export function canonicalDecoders(zone: TimeZone): readonly ByteDecoder[] {
  const instants = new InstantReader(zone)
  const scanner = new CanonicalScanner(instants)

  function readings(payload: Uint8Array, sink: ReadingSink): void {
    const { start, seconds, readings } = checked(Readings, parseJson(payload), [])
    const at = instantOf(instants, start, '$.start')
    for (const [index, row] of readings.entries()) {
      const [meter, energyWh, more] = checked(ReadingRow, row, ['readings', index])
      sink.reading(meter, at, seconds, energyWh, more?.varh ?? Number.NaN, more?.quality ?? 0)
    }
  }
  function registers(payload: Uint8Array, sink: ReadingSink): void {
    const parsed = checked(Registers, parseJson(payload), [])
    const at = instantOf(instants, parsed.at, '$.at')
    for (const [index, row] of parsed.registers.entries()) {
      const [meter, wh, more] = checked(RegisterRow, row, ['registers', index])
      sink.register(meter, at, wh, more?.varh ?? Number.NaN, more?.quality ?? 0)
    }
  }
  function events(payload: Uint8Array, sink: ReadingSink): void {
    for (const [index, row] of checked(Events, parseJson(payload), []).events.entries()) {
      const [meter, time, code, detail] = checked(EventRow, row, ['events', index])
      sink.event(meter, instantOf(instants, time, `$.events[${index}][1]`), code, detail ?? '')
    }
  }

  return [
    {
      name: 'canonical-readings',
      decode: (payload, _topic, sink) => readings(payload, sink),
      decodeBytes: fast('readings', readings),
    },
    {
      name: 'canonical-registers',
      decode: (payload, _topic, sink) => registers(payload, sink),
      decodeBytes: fast('registers', registers),
    },
    {
      name: 'canonical-events',
      decode: (payload, _topic, sink) => events(payload, sink),
      decodeBytes: (payload, _topic, sink) => events(payload, sink),
    },
  ]

  function fast(kind: 'readings' | 'registers', thorough: (payload: Uint8Array, sink: ReadingSink) => void) {
    return (payload: Uint8Array, _topic: string, sink: PayloadSink): void => {
      if (scanner.scan(payload, kind, sink)) return
      sink.restart()
      thorough(payload, sink)
    }
  }
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown, path: readonly PropertyKey[]): Value {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw firstComplaint(parsed.error, value, path)
}

function instantOf(instants: InstantReader, text: string, field: string): number {
  const bytes = Buffer.from(text)
  const at = instants.read(bytes, 0, bytes.length)
  if (at >= 0) return at
  if (at === TIME_AMBIGUOUS) {
    throw new DecodeError(
      'ambiguous-time',
      field,
      text,
      `${text} comes twice on the day the clocks go back`,
      'send the offset from UTC with the time',
    )
  }
  if (at === TIME_SKIPPED) {
    throw new DecodeError(
      'skipped-time',
      field,
      text,
      `${text} never comes: the clocks go forward over it`,
      'send the offset from UTC with the time',
    )
  }
  const reason = at === TIME_SYNTAX ? 'is not an ISO 8601 time' : 'is no date of the calendar (1970 to 2099)'
  throw new DecodeError('bad-time', field, text, `${text.slice(0, 40)} ${reason}`, 'send the time as 2026-11-24T00:00:00+08:00')
}
