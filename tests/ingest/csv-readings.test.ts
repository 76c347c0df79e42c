import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CsvLines } from '../../ingest/csv-lines.ts'
import { CsvFileError } from '../../ingest/csv-reject.ts'
import { readText } from './sample-csv.ts'

test('the long layout: columns in any order, BOM, CRLF, quotes, spaces, optional columns', async () => {
  const text =
    '\ufeffquality,energy_wh,Meter,seconds,start,extra\r\n,512.5,"010203040506",900,2026-11-24T00:00:00+08:00,x\r\n8, 33 ,010203040507,1800,2026-11-24 00:15,\r\n'
  const { rows, rejects, result } = await readText(text)
  expect(rejects).toEqual([])
  expect(rows).toEqual([
    ['010203040506', '2026-11-23T16:00:00Z', 900, 512.5, null, 0],
    ['010203040507', '2026-11-23T16:15:00Z', 1800, 33, null, 8],
  ])
  expect(result).toMatchObject({ layout: 'long', rows: 2, taken: 2, ignoredColumns: ['extra'] })
})

test('an empty value is missing, never zero, and no fault', async () => {
  const { rows, result } = await readText(
    'meter,start,seconds,energy_wh\nM1,2026-11-24T00:00Z,900,\nM1,2026-11-24T00:15Z,900,0\n',
  )
  expect(rows).toEqual([['M1', '2026-11-24T00:15:00Z', 900, 0, null, 0]])
  expect(result).toMatchObject({ taken: 1, missing: 1, rejected: 0 })
})

test('a faulty row is rejected with line, column, value, reason and remedy, and the rest is taken', async () => {
  const text = [
    'meter,start,seconds,energy_wh,reactive_varh,quality',
    'M1,2026-02-30T00:00:00Z,900,1,,',
    'M1,2026-02-28T00:00:00Z,0,1,,',
    'M1,2026-02-28T00:00:00Z,900,-1,,',
    'M1,2026-02-28T00:00:00Z,900,"1,5",,',
    'M1,2026-02-28T00:00:00Z,900,1,,99',
    'M9,2026-02-28T00:00:00Z,900,1,,',
    'M1,2026-02-28T00:00:00Z,900,1,5,,0',
    'M1,2026-02-28T00:00:00Z,900,1e99,,',
    'M1,2026-02-28T00:00:00Z,900,1,abc,',
    '"M1',
    '",2026-02-28T00:00:00Z,900,1,,99',
    'M1,2026-02-28T00:15:00Z,900,2,,',
    'M1,2026-02-28,900,2,,',
  ].join('\n')
  const { rows, rejects } = await readText(text, 'UTC', 7, (meter) => meter === 'M1')
  expect(rows).toEqual([['M1', '2026-02-28T00:15:00Z', 900, 2, null, 0]])
  expect(rejects.map(({ line, column, value }) => [line, column, value])).toEqual([
    [2, 'start', '2026-02-30T00:00:00Z'],
    [3, 'seconds', '0'],
    [4, 'energy_wh', '-1'],
    [5, 'energy_wh', '1,5'],
    [6, 'quality', '99'],
    [7, 'meter', 'M9'],
    [8, '', '0'],
    [9, 'energy_wh', '1e99'],
    [10, 'reactive_varh', 'abc'],
    [11, 'quality', '99'],
    [14, 'start', '2026-02-28'],
  ])
  expect(rejects[3].row).toBe('M1,2026-02-28T00:00:00Z,900,"1,5",,')
  for (const { reason, remedy } of rejects) expect([reason.length > 5, remedy.length > 5]).toEqual([true, true])
})

test('registers are told apart by their header', async () => {
  const { rows, result } = await readText(
    'meter,at,register_wh,reactive_register_varh,quality\nM1,2026-11-24T00:00Z,1234567.5,7,17\n',
  )
  expect(rows).toEqual([['M1', '2026-11-24T00:00:00Z', 0, 1234567.5, 7, 17]])
  expect(result.layout).toBe('registers')
})

test.each([
  [96, 900, 'kWh', 500],
  [48, 1800, 'kW', 250],
  [24, 3600, 'Wh', 0.5],
])('the wide layout with %d values a day of %d s in %s', async (count, seconds, unit, wh) => {
  const names = Array.from({ length: count }, (_, index) => `v${index + 1}`)
  const { rows } = await readText(`meter,date,unit,${names}\nM1,2026-11-24,${unit},${names.map(() => '0.5')}\n`)
  expect(rows.length).toBe(count)
  expect(rows[0]).toEqual(['M1', '2026-11-23T16:00:00Z', seconds, wh, null, 0])
  expect(rows[count - 1][1]).toBe(new Date(Date.UTC(2026, 10, 24, 16) - seconds * 1000).toISOString().replace('.000', ''))
})

test('the wide layout on the days of the clock change: the skipped hour must be empty, the doubled one is its first pass', async () => {
  const names = Array.from({ length: 24 }, (_, index) => `v${index + 1}`)
  const hours = names.map((_, index) => String(index))
  const spring = await readText(`meter,date,${names}\nM1,2026-03-08,${hours}\n`, 'America/New_York')
  expect(spring.rows.length).toBe(23)
  expect(spring.rejects.map(({ column, value }) => [column, value])).toEqual([['v3', '2']])
  expect(spring.rows[2]).toEqual(['M1', '2026-03-08T07:00:00Z', 3600, 3, null, 0])
  const autumn = await readText(`meter,date,${names}\nM1,2026-11-01,${hours}\n`, 'America/New_York')
  expect(autumn.rejects).toEqual([])
  expect(autumn.rows.slice(0, 3).map((row) => row[1])).toEqual([
    '2026-11-01T04:00:00Z',
    '2026-11-01T05:00:00Z',
    '2026-11-01T07:00:00Z',
  ])
})

test('in the long layout an ambiguous local time is its first pass, and its second when the meter has it again', async () => {
  const text =
    'meter,start,seconds,energy_wh\nA,2026-11-01 01:30,1800,1\nB,2026-11-01 01:30,1800,2\nA,2026-11-01 01:30,1800,3\nA,2026-03-08 02:30,1800,4\n'
  const { rows, rejects } = await readText(text, 'America/New_York')
  expect(rows.map((row) => row.slice(0, 2))).toEqual([
    ['A', '2026-11-01T05:30:00Z'],
    ['B', '2026-11-01T05:30:00Z'],
    ['A', '2026-11-01T06:30:00Z'],
  ])
  expect(rejects.map(({ column }) => column)).toEqual(['start'])
})

test('a header that is no known one names the nearest kind and what it lacks', async () => {
  await expect(readText('meter,start,energy_wh\n')).rejects.toThrow(/as long it lacks seconds/)
  await expect(readText('meter;start;seconds;energy_wh\n')).rejects.toThrow(CsvFileError)
  await expect(readText('')).rejects.toThrow('the file is empty')
  await expect(readText('meter,start,seconds,energy_wh,meter\n')).rejects.toThrow('twice')
  await expect(readText('meter,date,v1,v2\n')).rejects.toThrow('2 value columns')
  await expect(readText('meter,start,seconds,energy_wh\n"M1,2026-02-28T00:00Z,900,1\n')).rejects.toThrow(
    /line 2: a quote is left open/,
  )
})

test('the scanner reads what csv-parse reads, however the bytes are cut', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '7', ',', '"', '\n', ' x', '字', '.', '-'), maxLength: 8 })
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 40 }), fc.constantFrom('\n', '\r\n'), (rows, cut, lineEnd) => {
      const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join(lineEnd)
      const found: string[][] = []
      const lines = new CsvLines(({ bytes, fields, from, to }) => {
        found.push(Array.from({ length: fields }, (_, index) => Buffer.from(bytes.subarray(from[index], to[index])).toString()))
      })
      const all = Buffer.from(text)
      for (let at = 0; at < all.length; at += cut) lines.write(all.subarray(at, at + cut))
      lines.end()
      const expected: string[][] = parse(text, { relax_column_count: true, record_delimiter: lineEnd })
      expect(found).toEqual(expected.map((row) => row.map((value) => value.trim())))
    }),
    { numRuns: 500 },
  )
})
