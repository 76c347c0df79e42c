import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditRecord } from '../../model/audit-record.ts'
import { recordAfter } from '../../src/audit/audit-chain.ts'
import { type Break, ChainCheck, type ChainEnd } from '../../src/audit/chain-check.ts'

const text = fc.string({ unit: 'binary', maxLength: 12 })
const entry = fc.record({
  actor: text,
  role: fc.option(text),
  action: fc.constantFrom(...AUDIT_ACTIONS),
  subject: text,
  detail: fc.dictionary(text, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
  outcome: fc.constantFrom(...AUDIT_OUTCOMES),
})
const moment = fc.integer({ min: 0, max: 4_000_000_000_000 })
const chain = fc.array(fc.tuple(entry, moment), { minLength: 2, maxLength: 8 }).map((entries) => {
  const records: AuditRecord[] = []
  for (const [each, at] of entries) records.push(recordAfter(records.at(-1), each, at))
  return records
})
const place = fc.nat(1_000_000)

function endOf(records: readonly AuditRecord[]): ChainEnd {
  const { sequence, hash } = records[records.length - 1]
  return { size: sequence, hash }
}

function firstBreak(records: readonly AuditRecord[], end: ChainEnd): Break | null {
  const check = new ChainCheck([end])
  for (const record of records) {
    const broken = check.take(record)
    if (broken) return broken
  }
  return check.finish()
}

/** As a database gives them. */
function inOrder(records: readonly AuditRecord[]): AuditRecord[] {
  return records.toSorted((a, b) => a.sequence - b.sequence)
}

describe('a chain of records', () => {
  test('holds as it was written', () => {
    fc.assert(fc.property(chain, (records) => firstBreak(records, endOf(records)) === null))
  })

  test('shows a change of any field of any record, and names that record', () => {
    fc.assert(
      fc.property(chain, place, fc.constantFrom(...FIELDS), mutation(), (records, at, field, mutate) => {
        const row = at % records.length
        const changed = mutate(records[row], field)
        fc.pre(changed[field] !== records[row][field])
        const broken = firstBreak(inOrder(records.with(row, changed)), endOf(records))
        expect(broken).not.toBeNull()
        // a record that was given another number is missing at its own, or stands where another begins
        if (field === 'sequence') expect(broken?.sequence).toBeLessThanOrEqual(records[row].sequence)
        else expect(broken?.sequence).toBe(records[row].sequence)
      }),
      { numRuns: 2_000 },
    )
  })

  test('shows a change that was hashed again', () => {
    fc.assert(
      fc.property(chain, place, entry, (records, at, other) => {
        const row = at % records.length
        const forged = recordAfter(records[row - 1], other, records[row].at)
        fc.pre(forged.hash !== records[row].hash)
        expect(firstBreak(records.with(row, forged), endOf(records))?.sequence).toBe(Math.min(row + 2, records.length))
      }),
    )
  })

  test('shows one taken out, one put in, two that changed places, and an end cut off', () => {
    fc.assert(
      fc.property(chain, place, place, entry, (records, at, to, other) => {
        const end = endOf(records)
        const row = at % records.length
        expect(firstBreak(records.toSpliced(row, 1), end)?.sequence).toBe(row + 1)
        expect(firstBreak(records.slice(0, row), end)?.sequence).toBe(row + 1)

        const put = recordAfter(records[row - 1], other, records[row].at)
        expect(firstBreak(records.toSpliced(row, 0, put), end)).not.toBeNull()
        const renumbered = records.slice(row).map((record) => ({ ...record, sequence: record.sequence + 1 }))
        expect(firstBreak([...records.slice(0, row), put, ...renumbered], end)?.sequence).toBe(Math.min(row + 2, records.length))

        const second = to % records.length
        fc.pre(row !== second)
        const swapped = records
          .with(row, { ...records[second], sequence: row + 1 })
          .with(second, { ...records[row], sequence: second + 1 })
        expect(firstBreak(swapped, end)?.sequence).toBe(Math.min(row, second) + 1)
      }),
    )
  })
})

const FIELDS = ['sequence', 'at', 'actor', 'role', 'action', 'subject', 'detail', 'outcome', 'previousHash', 'hash'] as const
type Field = (typeof FIELDS)[number]

test('no field of a record is left out of that', () => {
  const first = recordAfter(undefined, { ...NOTHING, detail: {} }, 0)
  expect(Object.keys(first).sort()).toEqual([...FIELDS].sort())
})

const NOTHING = { actor: '', role: null, action: 'import', subject: '', outcome: 'done' } as const

/** Other values, and those hardest to tell: one letter, one more or less, the neighbouring field's text, nothing. */
function mutation() {
  return fc.oneof(
    fc.tuple(text, moment).map(
      ([words, number]) =>
        (record: AuditRecord, field: Field) =>
          put(record, field, words, number),
    ),
    fc.constantFrom(1, -1).map((step) => (record: AuditRecord, field: Field) => {
      const value = record[field]
      if (typeof value === 'number') return put(record, field, '', value + step)
      return put(record, field, step > 0 ? `${value ?? ''} ` : `${value ?? ''}`.slice(0, -1), 0)
    }),
    fc.constantFrom(...FIELDS).map((from) => (record: AuditRecord, field: Field) => put(record, field, String(record[from]), 1)),
    fc.constant((record: AuditRecord, field: Field) =>
      field === 'role' ? { ...record, role: record.role === null ? '' : null } : record,
    ),
  )
}

function put(record: AuditRecord, field: Field, words: string, number: number): AuditRecord {
  return field === 'sequence' || field === 'at' ? { ...record, [field]: number } : { ...record, [field]: words }
}
