import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../../src/api/api.ts'
import { serviceLog } from '../../src/service-log.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { type Sample, sampleLedger, sampleParts } from '../api/sample-parts.ts'
import { serveSample } from '../api/serve-sample.ts'
import { runAdit } from '../cli/run-adit.ts'
import { HOSTILE_NAMES, unseenIn } from './hostile-names.ts'

const names = HOSTILE_NAMES.map(({ name }) => name)
/** Our own isolates, in pairs. */
const ISOLATES = /\u2068[^\u2068\u2069\n]*\u2069/gu

describe('over HTTP', () => {
  let sample: Sample
  let app: Api
  beforeAll(async () => {
    sample = await sampleParts()
    const usual = sampleLedger()
    const mines = names.map((name, row) => ({ ...usual.mines[0], mine: `M${row}`, name, county: name, town: name }))
    const ledger = { ...usual, mines }
    const observability = {
      of: () => undefined,
      all: async function* () {
        for (const mine of mines) {
          const sentence = { zh: mine.name, en: mine.name }
          yield {
            mine,
            observability: {
              mine: mine.mine,
              class: 'blind' as const,
              metered: NOTHING,
              tapped: NOTHING,
              supplies: [],
              reasons: [sentence],
            },
          }
        }
      },
    }
    app = await serveSample({ ...sample.parts, ledger: () => ledger, observability })
  })
  afterAll(async () => {
    await app.close()
    await sample.close()
  })

  test('JSON is told to be nothing else, and means what was imported', async () => {
    const answer = await app.inject({ url: '/api/v1/mines', headers: { host: 'localhost' } })
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.json().items.map(({ name }: { name: string }) => name)).toEqual(names)
  })

  test('a problem that repeats what was asked is told to be nothing else', async () => {
    for (const name of names) {
      const answer = await app.inject({
        url: `/api/v1/mines?near=${encodeURIComponent(name.toWellFormed())}`,
        headers: { host: 'localhost' },
      })
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, 'application/problem+json'])
    }
  })

  test('no cell of a spreadsheet is a formula, has something unseen, or spills into the next', async () => {
    const { body } = await app.inject({ url: '/api/v1/mines/observability.csv', headers: { host: 'localhost' } })
    const rows: string[][] = parse(body, { bom: true })
    expect(rows).toHaveLength(names.length + 1)
    for (const cell of rows.flat()) expectHarmlessCell(cell)
  })

  test('no alert ends its event in the stream or begins another', async () => {
    const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
    const stream = await fetch(new URL('/api/v1/alerts/stream', url))
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    const told = names.map((name, row) =>
      sampleAlert(`A${row}`, row, { reasons: [{ detector: 'x', score: 1, nats: 1, sentence: { zh: name, en: name } }] }),
    )
    await sample.alerts.raise(told, 1)
    // WHATWG HTML §9.2.6: lines end with CR, LF or both, and with nothing else
    const events = (text: string) =>
      text
        .split(/\n\n|\r\r|\r\n\r\n/)
        .slice(0, -1)
        .map((event) => event.split(/\r\n|\n|\r/))
    let text = ''
    while (events(text).length < 1 + names.length) text += (await reader?.read())?.value ?? ''
    await reader?.cancel()
    const [, ...raised] = events(text)
    for (const [row, [id, kind, data, ...more]] of raised.entries()) {
      expect([id, kind, more]).toEqual([`id: ${row + 1}`, 'event: alert.raised', []])
      expect(JSON.parse(data.replace('data: ', '')).reasons[0].sentence.zh).toBe(names[row])
    }
  })
})

describe('on a terminal and in files', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'adit-hostile-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  test('rows that are refused command no terminal, add no line and are no formula in the file of rejects', async () => {
    const file = join(directory, 'mines\u001b]0;x\u0007\u202e.csv')
    // the first twenty are shown: let it be those with the most in them that is not seen
    const worst = [...names].sort((a, b) => unseenIn(b).length - unseenIn(a).length)
    const rows = worst.map((name, row) => [`M${row}`, name, name, name, '24.4', '98.5'])
    writeFileSync(
      file,
      stringify([
        ['mine', 'name', 'kind', 'county', 'latitude', 'longitude', '\u001b[31mwhat'],
        ...rows.map((row) => [...row, '']),
      ]),
    )
    const data = join(directory, 'data')
    const { code, stdout, stderr } = await runAdit('import', '--kind', 'mines', '--data', data, file)
    expect(code).toBe(1)
    expectHarmlessLines(stdout + stderr)
    // 20 rows, and lines of the file's counts, unknown columns, the rest and the file of rejects
    expect((stdout + stderr).trimEnd().split('\n')).toHaveLength(24)
    const [rejected] = readdirSync(directory).filter((name) => name.endsWith('.rejected.csv'))
    const cells: string[][] = parse(readFileSync(join(directory, rejected)), { bom: true })
    expect(cells).toHaveLength(names.length + 1)
    for (const cell of cells.flat()) expectHarmlessCell(cell)
    const json = await runAdit('import', '--kind', 'mines', '--data', data, '--json', file)
    expectHarmlessLines(json.stdout)
    expect(JSON.parse(json.stdout).files[0].rejected).toBe(names.length)
  })

  test('a payload that is refused commands no terminal', async () => {
    const file = join(directory, 'payloads.ndjson')
    const payloads = names.map((name) => JSON.stringify({ start: name, seconds: 900, readings: [[name, 1]] }))
    const events = names.map((name) => JSON.stringify({ events: [['053', '2026-11-24T01:02:03+08:00', name]] }))
    writeFileSync(file, [...payloads, ...events, 'not \u001b[31m JSON \u009b31m \u202e'].join('\n'))
    const { stdout, stderr } = await runAdit('decode', file)
    expectHarmlessLines(stdout + stderr)
    expect(stderr.match(/^payload \d+ /gm)?.length).toBeGreaterThanOrEqual(names.length)
    expectHarmlessLines((await runAdit('decode', '--json', file)).stdout)
  })

  test('what was typed wrong commands no terminal when it is repeated', async () => {
    const { code, stderr } = await runAdit('import', '--\u001b[31mkind\u202e')
    expect(code).toBe(64)
    expectHarmlessLines(stderr)
  })

  test('a line of the log stays one line, with nothing unseen in it', () => {
    const lines: string[] = []
    const log = serviceLog('info', { write: (line) => lines.push(line) })
    for (const name of names) log.info({ gateway: name, err: new Error(name) }, name)
    expect(lines).toHaveLength(names.length)
    for (const [row, line] of lines.entries()) {
      expect(line.endsWith('\n')).toBe(true)
      expect(unseenIn(line.slice(0, -1))).toEqual([])
      expect(JSON.parse(line)).toMatchObject({ gateway: names[row], msg: names[row] })
    }
  })
})

const NOTHING = {
  supplies: 0,
  judged: 0,
  learning: 0,
  incomplete: 0,
  silent: 0,
  noTotal: 0,
  smallestSeenW: null,
  surelySeenW: null,
  unseenUpToW: null,
}

function expectHarmlessCell(cell: string): void {
  expect(unseenIn(cell), cell).toEqual([])
  expect(cell).not.toMatch(/^\s*[=+@＝＋－＠]/)
  expect(cell).not.toMatch(/^\s*-(?![\d.]+$)/)
}

function expectHarmlessLines(text: string): void {
  expect(text.length).toBeGreaterThan(0)
  expect(unseenIn(text.replaceAll(ISOLATES, '').replaceAll('\n', '')), text).toEqual([])
}
