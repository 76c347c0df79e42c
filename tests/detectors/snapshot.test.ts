import { expect, test } from 'vitest'
import { DetectorBank } from '../../detectors/detector-bank.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { bankOf, batchOf, hamlet, type Reading } from './county.ts'
import { home, quarters, withLoad } from './play.ts'

const ledger = hamlet(3, true)
const history = [
  ...quarters(
    22,
    [
      withLoad(home, 9_000, (day) => day >= 8),
      withLoad(home, 25_000, (day, hour) => day >= 9 && hour >= 8 && hour < 16),
      () => 0,
    ],
    (day) => (day >= 12 ? 6_000 : 0),
  ),
]

function feed(bank: DetectorBank, batches: readonly Reading[][]): void {
  for (const readings of batches) {
    bank.take(batchOf(readings))
    bank.judge()
  }
}

const sorted = (bank: DetectorBank) => JSON.stringify(bank.alerts().sort((a, b) => (a.id < b.id ? -1 : 1)))

test('judging that goes on from a snapshot ends where judging in one go ends, wherever it was cut, with more room too', () => {
  const whole = bankOf(ledger)
  feed(whole, history)
  expect(whole.alerts().length).toBeGreaterThanOrEqual(3)
  for (const cut of [5, 96 * 9 + 40, 96 * 12, 96 * 14 + 95, 96 * 21 + 7]) {
    const first = bankOf(ledger)
    feed(first, history.slice(0, cut))
    const parts = first.snapshot()
    const second = new DetectorBank(first.config, first.clock, ledger, ledger.usagePoints.length + 7, ledger.areas.length + 3)
    second.restore((name) => {
      const part = parts.get(name)
      return part === undefined ? undefined : bytesOf(part).slice()
    })
    feed(second, history.slice(cut))
    expect(sorted(second)).toBe(sorted(whole))
  }
})

test('the state of a usage point is no more than a kilobyte', () => {
  let bytes = 0
  for (const [name, part] of bankOf(ledger).snapshot()) {
    if (typeof part !== 'string' && !name.startsWith('areas.')) bytes += part.byteLength
  }
  expect(bytes / ledger.usagePoints.length).toBeLessThanOrEqual(1024)
})
