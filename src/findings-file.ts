/** Findings of inspections as a CSV file: subject, found_at, result and, where an id is both, the kind of subject. */
import { FieldFault, FieldReader } from '../ingest/csv-fields.ts'
import { CsvLines } from '../ingest/csv-lines.ts'
import { namesOf } from '../ingest/csv-table.ts'
import { openBytes } from '../ingest/open-bytes.ts'
import type { TimeZone } from '../ingest/time-zone.ts'
import type { Alert } from '../model/alert.ts'
import type { Ledger } from '../model/ledger.ts'
import { Refusal } from '../model/refusal.ts'

const RESULTS = ['confirmed', 'innocent', 'nothing-found'] as const
const KINDS = ['usage-point', 'area'] as const

export interface InspectionFinding {
  readonly subject: Alert['subject']
  /** UTC seconds. */
  readonly foundAt: number
  readonly result: (typeof RESULTS)[number]
}

const COLUMNS = ['subject', 'found_at', 'result', 'kind']
const NEEDED = COLUMNS.slice(0, 3)
const SHOWN = 10

/** Throws Refusal, which names every faulty row, before anything is judged: figures over half the findings would mislead. */
export async function readFindings(path: string, zone: TimeZone, ledger: Ledger): Promise<InspectionFinding[]> {
  const kindOf = subjectKinds(ledger)
  const findings: InspectionFinding[] = []
  const faults: string[] = []
  let fields: FieldReader | null = null
  const lines = new CsvLines((record) => {
    if (fields === null) {
      fields = new FieldReader(checkedHeader(path, namesOf(record)), zone)
      return
    }
    fields.begin(record)
    try {
      findings.push(findingOf(fields, kindOf))
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error
      faults.push(`line ${record.line}, ${error.column} "${error.value.slice(0, 60)}": ${error.message}; ${error.remedy}`)
    }
  })
  try {
    for await (const chunk of openBytes(path)) lines.write(chunk)
    lines.end()
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('findings-unreadable', `${path}: ${error.message}`)
    throw error
  }
  if (fields === null) throw new Refusal('findings-unreadable', `${path} is empty: it needs the header ${NEEDED.join(',')}`)
  if (faults.length > 0) {
    const more = faults.length > SHOWN ? `\nand ${faults.length - SHOWN} more` : ''
    throw new Refusal('findings-unreadable', `${path} cannot be taken:\n${faults.slice(0, SHOWN).join('\n')}${more}`)
  }
  return findings
}

function checkedHeader(path: string, names: readonly string[]): string[] {
  const columns = names.map((name) => name.toLowerCase())
  const lacking = NEEDED.filter((name) => !columns.includes(name))
  if (lacking.length === 0) return columns
  throw new Refusal(
    'findings-unreadable',
    `${path}: the header "${names.join(',').slice(0, 200)}" lacks ${lacking.join(', ')}; write ${NEEDED.join(',')}[,kind]`,
  )
}

function findingOf(fields: FieldReader, kindOf: ReadonlyMap<string, Alert['subject']['kind']>): InspectionFinding {
  const id = fields.identifier('subject')
  const kind = fields.word('kind', KINDS, {}) ?? kindOf.get(`usage-point ${id}`) ?? kindOf.get(`area ${id}`)
  if (kind === undefined || !kindOf.has(`${kind} ${id}`)) {
    const reason = `no ledger knows ${kind === undefined ? 'a usage point or an area' : `the ${kind}`} ${id}`
    throw new FieldFault('subject', id, reason, 'give the id of the ledger (not the meter), or import the ledger first')
  }
  fields.required('found_at')
  fields.required('result')
  const foundAt = fields.time('found_at') ?? 0
  const result = fields.word('result', RESULTS, { 属实: 'confirmed', 合法用电: 'innocent', 未发现: 'nothing-found' })
  return { subject: { kind, id }, foundAt, result: result ?? 'nothing-found' }
}

function subjectKinds({ usagePoints, areas }: Ledger): Map<string, Alert['subject']['kind']> {
  const kinds = new Map<string, Alert['subject']['kind']>()
  for (const id of usagePoints.id) kinds.set(`usage-point ${id}`, 'usage-point')
  for (const id of areas.id) kinds.set(`area ${id}`, 'area')
  return kinds
}
