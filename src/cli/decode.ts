import { existsSync } from 'node:fs'
import { Command } from 'commander'
import type { DecodedListing } from '../../ingest/decode-listing.ts'
import { isolatedText } from '../../model/inert-text.ts'
import { complain, ExitCode, print, printJson } from './command-output.ts'

interface DecodeOptions {
  readonly format?: string
  readonly config?: string
  readonly json?: boolean
}

export function decodeCommand(): Command {
  return new Command('decode')
    .description('dry run of a decoder: the readings of each payload, or the reason why there are none')
    .argument('<FILE>', 'a payload, or one a line; - is standard input')
    .option('--format <NAME>', 'the decoder; without it, the one that fits')
    .option('--config <FILE>', 'configuration, YAML: time zone')
    .option('--json', 'print JSON')
    .action(decodeFile)
}

async function decodeFile(path: string, { format, config: file, json }: DecodeOptions, command: Command): Promise<void> {
  const { canonicalDecoders } = await import('../../ingest/decode-canonical.ts')
  const { listPayload } = await import('../../ingest/decode-listing.ts')
  const { openBytes } = await import('../../ingest/open-bytes.ts')
  const { recogniseFormat } = await import('../../ingest/recognise-format.ts')
  const { splitPayloads } = await import('../../ingest/split-payloads.ts')
  const { TimeZone } = await import('../../ingest/time-zone.ts')
  const { loadConfig } = await import('../config-sources.ts')
  const config = loadConfig({ ...(file !== undefined && { file }), environment: process.env })
  const decoders = canonicalDecoders(new TimeZone(config.timeZone))
  const named = decoders.find(({ name }) => name === format)
  if (format !== undefined && !named) {
    command.error(
      `error: option '--format <NAME>': there is no format "${format}". Allowed: ${decoders.map(({ name }) => name).join(', ')}`,
    )
  }

  if (path !== '-' && !existsSync(path)) {
    complain(`${path}: there is no such file; give a file, or - for standard input`)
    process.exitCode = ExitCode.failed
    return
  }
  const payloads = splitPayloads(await allOf(openBytes(path)))
  const listings = payloads.map((payload) => {
    const decoder = named ?? recogniseFormat(payload, decoders)
    return { format: decoder.name, ...listPayload(decoder, payload, '') }
  })
  if (json) printJson(listings.map((listing, index) => ({ payload: index + 1, ...asJson(listing) })))
  else for (const [index, listing] of listings.entries()) report(index + 1, listing)
  const bad = listings.filter(({ error }) => error !== null).length
  process.exitCode = bad === 0 ? ExitCode.done : bad === listings.length ? ExitCode.failed : ExitCode.rejects
}

function report(number: number, { format, readings, registers, events, error }: DecodedListing & { format: string }): void {
  if (error) {
    const [field, reason, remedy] = [error.field, error.message, error.remedy].map(isolatedText)
    complain(`payload ${number} (${format}): ${error.code} at ${field}: ${reason}\n  remedy: ${remedy}`)
    return
  }
  const counts = [
    [readings.length, 'readings'],
    [registers.length, 'registers'],
    [events.length, 'events'],
  ].filter(([count]) => count !== 0)
  print(`payload ${number} (${format}): ${counts.map(([count, what]) => `${count} ${what}`).join(', ') || 'nothing in it'}`)
  for (const { meter, start, seconds, energyWh, reactiveVarh, quality } of readings) {
    print(
      `  ${isolatedText(meter)}  ${instantText(start)}  ${seconds} s  ${energyWh} Wh${reactiveVarh === null ? '' : `  ${reactiveVarh} varh`}  quality ${quality}`,
    )
  }
  for (const { meter, at, registerWh, reactiveRegisterVarh, quality } of registers) {
    const reactive = reactiveRegisterVarh === null ? '' : `  ${reactiveRegisterVarh} varh`
    print(`  ${isolatedText(meter)}  ${instantText(at)}  register ${registerWh} Wh${reactive}  quality ${quality}`)
  }
  for (const { meter, at, code, detail } of events)
    print(`  ${isolatedText(meter)}  ${instantText(at)}  ${code}  ${isolatedText(detail)}`.trimEnd())
}

function asJson({ format, readings, registers, events, error }: DecodedListing & { format: string }) {
  return {
    format,
    readings: readings.map((row) => ({ ...row, start: instantText(row.start) })),
    registers: registers.map((row) => ({ ...row, at: instantText(row.at) })),
    events: events.map((row) => ({ ...row, at: instantText(row.at) })),
    error: error && { code: error.code, field: error.field, value: error.value, reason: error.message, remedy: error.remedy },
  }
}

function instantText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '')
}

async function allOf(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}
