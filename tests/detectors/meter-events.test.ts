import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MeterEvent, MeterEvents } from '../../detectors/meter-events.ts'

const DAY = 86_400
const NOW = 20_000 * DAY

const heard = fc.array(
  fc.record({
    code: fc.constantFrom('magnetic-field' as const, 'phase-loss' as const, 'power-down' as const),
    at: fc.integer({ min: NOW - 90 * DAY, max: NOW }),
  }),
  { minLength: 1, maxLength: 120 },
)

function remembered(events: readonly MeterEvent[]): MeterEvents {
  const memory = new MeterEvents()
  for (const { code, at } of events) memory.add(7, code, at)
  return memory
}

test('the same events are remembered the same in any order and however often they come, and never without bound', () => {
  fc.assert(
    fc.property(heard, fc.func(fc.integer()), (events, lot) => {
      const memory = remembered(events)
      const shuffled = [...events, ...events.slice(0, 20)]
        .map((event, index) => ({ event, lot: lot(index) }))
        .sort((a, b) => a.lot - b.lot)
      expect(remembered(shuffled.map(({ event }) => event)).snapshot()).toBe(memory.snapshot())
      const kept = memory.of(7)
      const newest = Math.max(...events.map(({ at }) => at))
      expect(kept.length).toBeLessThanOrEqual(3 * 6)
      expect(Math.min(...kept.map(({ at }) => at))).toBeGreaterThanOrEqual(newest - 61 * DAY)
      // of the newest day its first, of each code
      const first = Math.min(...events.filter(({ at }) => Math.floor(at / DAY) === Math.floor(newest / DAY)).map(({ at }) => at))
      expect(kept.map(({ at }) => at)).toContain(first)
    }),
    { numRuns: 300 },
  )
})

test('a meter that reports all day for weeks does not push out another code', () => {
  const flood = Array.from({ length: 2_000 }, (_, i) => ({ code: 'phase-loss' as const, at: NOW - i * 1_800 }))
  const kept = remembered([{ code: 'magnetic-field', at: NOW - 30 * DAY }, ...flood]).of(7)
  expect(kept.filter(({ code }) => code === 'magnetic-field')).toHaveLength(1)
  expect(kept.filter(({ code }) => code === 'phase-loss')).toHaveLength(6)
})

test('a snapshot brings the events back, and says when one is nothing new', () => {
  const memory = remembered([{ code: 'magnetic-field', at: NOW }])
  const again = new MeterEvents()
  again.restore(memory.snapshot())
  expect(again.of(7)).toEqual(memory.of(7))
  expect(again.add(7, 'magnetic-field', NOW)).toBe(false)
  expect(again.add(7, 'other', NOW)).toBe(false)
  expect(again.add(7, 'magnetic-field', NOW + DAY)).toBe(true)
})
