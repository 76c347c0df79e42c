/** Findings of inspections as a CSV file, with each subject found in the ledger. */
import type { FindingRow } from '../ingest/csv-findings.ts'
import { CsvFileError, type CsvReject } from '../ingest/csv-reject.ts'
import { readFindings as readFindingsTable, type Table } from '../ingest/csv-table.ts'
import { openBytes } from '../ingest/open-bytes.ts'
import type { TimeZone } from '../ingest/time-zone.ts'
import type { InspectionFinding } from '../model/inspection-finding.ts'
import type { Ledger } from '../model/ledger.ts'
import { Refusal } from '../model/refusal.ts'

type Subject = InspectionFinding['subject']

/** Says which subject an id (of a kind, when told) is; undefined when nobody knows it. */
export type SubjectFinder = (id: string, kind: Subject['kind'] | null) => Subject | undefined

const SHOWN = 10

/** Throws Refusal, which names every faulty row, before anything is judged: figures over half the findings would mislead. */
export async function readFindings(path: string, zone: TimeZone, find: SubjectFinder): Promise<InspectionFinding[]> {
  const faults: CsvReject[] = []
  const reject = (fault: CsvReject) => void faults.push(fault)
  try {
    const table = await readFindingsTable(openBytes(path), { zone, territory: null, reject })
    const findings = knownFindings(table, find, reject)
    if (faults.length === 0) return findings
  } catch (error) {
    if (!(error instanceof CsvFileError)) throw error
    throw new Refusal('findings-unreadable', `${path}: ${error.message}; ${error.remedy}`)
  }
  const more = faults.length > SHOWN ? `\nand ${faults.length - SHOWN} more` : ''
  const told = faults
    .toSorted((a, b) => a.line - b.line)
    .slice(0, SHOWN)
    .map(({ line, column, value, reason, remedy }) => `line ${line}, ${column} "${value.slice(0, 60)}": ${reason}; ${remedy}`)
  throw new Refusal('findings-unreadable', `${path} cannot be taken:\n${told.join('\n')}${more}`)
}

/** The findings of known subjects; the others go to `reject`. */
export function knownFindings(
  { records, lines, rows }: Table<FindingRow>,
  find: SubjectFinder,
  reject: (reject: CsvReject) => void,
): InspectionFinding[] {
  return records.flatMap(({ subject: id, kind, ...finding }, index) => {
    const subject = find(id, kind)
    if (subject !== undefined) return [{ ...finding, subject }]
    reject({
      line: lines[index],
      column: 'subject',
      value: id,
      reason: `no ledger knows ${kind === null ? 'a usage point or an area' : `the ${kind}`} ${id}`,
      remedy: 'give the id of the ledger (not the meter), or import the ledger first',
      row: rows[index],
    })
    return []
  })
}

export function subjectsOf({ usagePoints, areas }: Ledger): SubjectFinder {
  const known = { 'usage-point': new Set(usagePoints.id), area: new Set(areas.id) }
  return (id, told) => {
    const kinds = told === null ? (['usage-point', 'area'] as const) : [told]
    const kind = kinds.find((one) => known[one].has(id))
    return kind && { kind, id }
  }
}
