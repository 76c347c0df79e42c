import { type PayloadSample, payloadSamples, SAMPLES_TIME_ZONE } from '../fixtures/payload-samples.ts'
import { MOST_REGISTER_WH, MOST_SECONDS, MOST_WH } from '../ingest/byte-sink.ts'
import { CSV_LAYOUTS } from '../ingest/csv-layout.ts'
import { CATEGORY_NAMES, MINE_KIND_NAMES, SEALING_NAMES, STATUS_NAMES } from '../ingest/csv-words.ts'
import { canonicalDecoders } from '../ingest/decode-canonical.ts'
import { listPayload } from '../ingest/decode-listing.ts'
import { FOREIGN_EVENT_CODES } from '../ingest/event-codes.ts'
import { MOST_JSON_BYTES } from '../ingest/json-guard.ts'
import { TimeZone } from '../ingest/time-zone.ts'
import { Datum } from '../model/datum.ts'
import { EVENT_CODES } from '../model/end-device-event.ts'
import { ReadingQuality } from '../model/reading-quality.ts'

/** docs/payloads.md, from the decoders' own tables and the samples under fixtures/payloads. */
export function payloadsDocument(): string {
  const samples = payloadSamples()
  const formats = canonicalDecoders(new TimeZone(SAMPLES_TIME_ZONE)).map(({ name }) => name)
  const taken = formats.flatMap((name) => samples.filter(({ format, error }) => format === name && error === undefined))
  const refused = samples.filter(({ error }) => error !== undefined)
  const files = samples.filter(({ format }) => format === 'csv')
  return `<!-- Made by scripts/write-docs.ts from the code and fixtures/payloads. Do not edit. -->

# Payloads and files

What Adit reads, and what it says when it cannot. Every sample below is a test: its folder under \`fixtures/payloads\`
holds what comes in and what must come out. Try your own with \`adit decode FILE\` (or \`-\`): it tells the readings of each
payload, or the field, the value and the remedy.

## Rules for all of them

- An interval is named by its **start**. Energies are in Wh over the interval, ${range(0, MOST_WH)}; registers in Wh, ${range(0, MOST_REGISTER_WH)};
  intervals ${range(1, MOST_SECONDS)} s. Energy is never negative: feed-in is not taken.
- Times are ISO 8601, 1970 to 2099. Without an offset they are wall-clock time of the configured zone (\`timeZone\`). A day
  that the calendar does not have is refused, never moved.
- When the clocks go **forward**, a local time inside the skipped hour is refused. When they go **back**, a local time that
  comes twice is refused in a message, for nobody can know which one is meant; in a long or registers file it is the
  earlier instant the first time a meter has it and the later one the second time; in a wide file it is the first pass of
  the hour, and the second is missing.
- A missing value is left out (JSON) or empty (CSV). It is never zero, and null is no energy.
- A reading that starts more than 5 minutes after its packet came in, or more than 400 days before, goes to quarantine
  (\`window\`). Files bring history of any age; only the future is refused.
- CT and PT ratios of a usage point (\`ct_ratio\`, \`pt_ratio\`) are applied to whatever its meter sends. Leave them empty
  when the values come after CT/PT.
- Meter numbers are text: letters, digits and \`_ . : # / -\`, at most 64.

### Quality (ESPI)

| code | meaning |
|---|---|
${Object.entries(ReadingQuality)
  .map(([name, code]) => `| ${code} | ${wordsOf(name)} |`)
  .join('\n')}

## MQTT, canonical JSON

| topic | format |
|---|---|
${formats.map((name) => `| \`adit/v1/{gateway}/${name.replace('canonical-', '')}\` | \`${name}\` |`).join('\n')}

Other topics are mapped to a format in the configuration: \`routes: [{ topic: county/+/load, format: canonical-readings }]\`.
At most ${MOST_JSON_BYTES >> 20} MiB a payload. A payload with a fault is refused whole and kept; values of meters that no ledger knows, or from
outside the window, are refused alone and the rest of the payload is taken.

${taken.map(sampleSection).join('\n')}
### What becomes of registers

Differences of consecutive registers become interval readings. A difference over several intervals (a quarter of an hour
each, until a meter has shown another) is spread over them and marked derived (11). A value that falls from near the end of
its digits to near zero has rolled over; any other fall, an event \`meter-exchanged\` or \`register-reset\`, or another meter
number parts the series, and the interval across is missing. The last 16 values of a meter are remembered: a late one
refines the intervals around it, an older one is refused.

### Event codes

Our codes: ${EVENT_CODES.map((code) => `\`${code}\``).join(', ')}. Anything else is kept as \`other\` with its own name. Known from elsewhere:

| comes as | becomes |
|---|---|
${Object.entries(FOREIGN_EVENT_CODES)
  .map(([raw, code]) => `| \`${raw}\` | ${code} |`)
  .join('\n')}

### Refused

| sample | code | field | why |
|---|---|---|---|
${refused.map(({ name, about, error }) => `| [${name}](../fixtures/payloads/${name}) | \`${error?.code}\` | \`${error?.field}\` | ${about} |`).join('\n')}

${refused.slice(0, 1).map(refusal).join('\n')}
## Files (CSV)

UTF-8 with or without BOM, comma-separated, header required, columns in any order, gzipped or not. The kind is recognised by
the header. \`adit import --dry-run FILE\` says what would be new, changed and rejected; without it the good rows are taken and
the others go to \`FILE.rejected.csv\` with line, column, value, reason, remedy and the row as it stands.

| kind | columns | optional |
|---|---|---|
${CSV_LAYOUTS.map(({ kind, readings, required, optional }) => `| ${readings ? `${kind}, ${readings}` : kind} | ${columns(required)} | ${columns(optional)} |`).join('\n')}

- \`datum\`: ${Datum.options.join(', ')}. Positions are kept in WGS84; outside of the configured \`territory\` they are refused with the
  likely mistake: swapped axes, a lost sign, degrees and minutes written as decimals, another datum.
- Words of offices are understood: ${wordList(CATEGORY_NAMES)}; ${wordList(STATUS_NAMES)}; ${wordList(MINE_KIND_NAMES)}; ${wordList(SEALING_NAMES)}.
- Wide files have v1 to v96, v1 to v48 or v1 to v24; \`unit\` is Wh (when left out), kWh, or kW, the mean demand.
- \`from\` and \`to\` of a lawful use are times or dates; \`to\` is the first moment no longer covered.
- Findings of inspections: \`result\` is confirmed (属实), innocent (合法用电) or nothing-found (未发现); \`kind\` is usage-point or
  area, where an id is both; \`innocent_kind\` says what explained the load; \`chosen\` is rank (清单), random (抽查) or tip (举报).

${files.map(sampleSection).join('\n')}`
}

function sampleSection({ name, about, format, payload, readings, registers, events, rejected }: PayloadSample): string {
  const rows = [
    ...readings.map(({ meter, start, seconds, energyWh, reactiveVarh, quality }) => [
      meter,
      start,
      `${seconds} s`,
      `${energyWh} Wh`,
      reactiveVarh === null ? '' : `${reactiveVarh} varh`,
      `quality ${quality}`,
    ]),
    ...registers.map(({ meter, at, registerWh, reactiveRegisterVarh, quality }) => [
      meter,
      at,
      '',
      `${registerWh} Wh`,
      reactiveRegisterVarh === null ? '' : `${reactiveRegisterVarh} varh`,
      `quality ${quality}`,
    ]),
    ...events.map(({ meter, at, code, detail }) => [meter, at, '', code, detail, '']),
    ...rejected.map(({ line, column, value }) => [`line ${line}`, `rejected: ${column}`, '', `"${value}"`, '', '']),
  ]
  const shown = rows.length > 5 ? [...rows.slice(0, 3), [`and ${rows.length - 3} more`]] : rows
  return `### ${name}

${about}

\`\`\`${format === 'csv' ? 'csv' : 'json'}
${payload.toString().trimEnd()}
\`\`\`

\`\`\`text
${shown.map((row) => row.filter((cell) => cell !== '').join('  ')).join('\n')}
\`\`\`
`
}

function refusal({ name, format, payload }: PayloadSample): string {
  const decoder = canonicalDecoders(new TimeZone(SAMPLES_TIME_ZONE)).find((one) => one.name === format)
  const error = decoder && listPayload(decoder, payload, '').error
  return `What is told of \`${name}\`, in the quarantine as on the command line:

\`\`\`text
${error?.code} at ${error?.field}, value ${error?.value}
${error?.message}
remedy: ${error?.remedy}
\`\`\`
`
}

function range(least: number, most: number): string {
  return `${least} to ${most.toLocaleString('en-US')}`
}

function columns(names: readonly string[]): string {
  const first = names.indexOf('v2')
  const shown = first < 0 ? names : [...names.slice(0, first), 'v2…v96']
  return shown.map((name) => `\`${name}\``).join(', ')
}

function wordList(names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([chinese, word]) => `${chinese} (${word})`)
    .join(', ')
}

function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
