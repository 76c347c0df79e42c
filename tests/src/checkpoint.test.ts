import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import { StateColumns } from '../../detectors/state-columns.ts'
import { CheckpointError, loadCheckpoint, saveCheckpoint } from '../../src/checkpoint.ts'
import { Judgement } from '../../src/judgement.ts'
import { batchOf, CLOCK, hamlet } from '../detectors/county.ts'
import { home, quarters, withLoad } from '../detectors/play.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'

const MIB = 1 << 20
/** As large as the columns of a county: read in more than one go. */
const column = Uint8Array.from({ length: 3 * MIB + 5 }, (_, at) => at * 7 + (at >>> 8))
const note = Buffer.from('[]')

function saved(): string {
  const path = join(scratchDirectory(), 'checkpoint')
  const parts = new Map<string, Uint8Array>([
    ['column', column],
    ['note', note],
  ])
  saveCheckpoint(path, { fingerprint: 'as it was', position: 7, parts })
  return path
}

test('a part stands where it belongs when it was read, and in room of its own when it belongs nowhere', () => {
  const place = new Uint8Array(column.length)
  const checkpoint = loadCheckpoint(saved(), 'as it was', (name) => (name === 'column' ? place : undefined))
  expect(checkpoint?.position).toBe(7)
  expect(checkpoint?.parts.get('column') === place).toBe(true)
  expect(Buffer.compare(place, column)).toBe(0)
  expect(Buffer.from(checkpoint?.parts.get('note') ?? [])).toEqual(note)
})

test('a flipped bit is found wherever it is, and a cut wherever it is made', () => {
  const path = saved()
  const whole = readFileSync(path)
  const load = () => loadCheckpoint(path, 'as it was', (name, bytes) => (name === 'column' ? new Uint8Array(bytes) : undefined))
  for (const back of [1, note.length, note.length + 1, MIB, 2 * MIB, note.length + column.length, whole.length - 30]) {
    const damaged = Uint8Array.from(whole)
    damaged[whole.length - back] ^= 0x10
    writeFileSync(path, damaged)
    expect(load, `${back} bytes before the end`).toThrow(CheckpointError)
    writeFileSync(path, whole)
    truncateSync(path, whole.length - back)
    expect(load, `cut ${back} bytes before the end`).toThrow(CheckpointError)
  }
  writeFileSync(path, whole)
  expect(load()?.position).toBe(7)
})

test('a column has a place for as much as it holds, and never for what would run on into the next', () => {
  const buffer = new ArrayBuffer(12)
  const columns = new StateColumns([['points', { floor: new Uint16Array(buffer, 0, 4), dip: new Uint8Array(buffer, 8, 4) }]])
  columns.placeOf('points.floor', 8)?.fill(1)
  columns.placeOf('points.dip', 2)?.fill(2)
  expect([...new Uint8Array(buffer)]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 0, 0])
  expect([columns.placeOf('points.floor', 9), columns.placeOf('points.night', 1)]).toEqual([undefined, undefined])
  const read = new Map([
    ['points.floor', columns.placeOf('points.floor', 8)],
    ['points.dip', Uint8Array.of(5, 6, 7)],
  ])
  columns.restore((name) => read.get(name))
  expect([...new Uint8Array(buffer)]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 5, 6, 7, 0])
})

test('a judgement goes on from its checkpoint as it was, with room for usage points that were connected since', () => {
  const options = { config: DetectorsConfig.parse({}), clock: CLOCK, checkpointPath: join(scratchDirectory(), 'checkpoint') }
  const ledger = hamlet(3)
  const history = [...quarters(14, [withLoad(home, 9_000, (day) => day >= 8), home, home])]
  const first = Judgement.open(options, ledger)
  const whole = Judgement.open({ ...options, checkpointPath: join(scratchDirectory(), 'none') }, ledger)
  const feed = ({ bank }: Judgement, slots: typeof history) => {
    for (const readings of slots) {
      bank.take(batchOf(readings))
      bank.judge()
    }
  }
  feed(first, history.slice(0, 900))
  first.save()
  for (const then of [ledger, hamlet(3, false, undefined, 120)]) {
    const second = Judgement.open(options, then)
    feed(second, history.slice(900))
    feed(whole, then === ledger ? history : [])
    expect(second.bank.alerts().length).toBeGreaterThan(0)
    expect(second.bank.alerts()).toEqual(whole.bank.alerts())
  }
})
