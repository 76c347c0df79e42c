import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MeterIndex } from '../../src/ledger/meter-index.ts'

const meter = fc.oneof(
  fc.string({ unit: fc.constantFrom('0', '1', 'A', '-'), minLength: 1, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('电', 'é', '7'), minLength: 1, maxLength: 20 }),
)

test('a meter means the row it was last given, by text and by bytes, and a stranger means none', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(meter, fc.nat(0xffff_fffe)), { maxLength: 300 }),
      fc.array(meter, { maxLength: 20 }),
      (entries, strangers) => {
        const index = new MeterIndex(4, 4)
        const expected = new Map(entries)
        for (const [name, row] of entries) index.set(name, row)
        index.compact()
        expect(index.count).toBe(expected.size)
        for (const [name, row] of [...expected, ...strangers.map((name) => [name, expected.get(name) ?? -1] as const)]) {
          const bytes = Buffer.from(`<${name}>`)
          expect([index.get(name), index.getBytes(bytes, 1, bytes.length - 1)]).toEqual([row, row])
        }
      },
    ),
  )
})

test('a hundred thousand meters of 22 characters take no more than 50 bytes each', () => {
  const index = new MeterIndex(100_000)
  for (let row = 0; row < 100_000; row++) index.set(`0102030405${String(row).padStart(12, '0')}`, row)
  index.compact()
  expect(index.bytes / 100_000).toBeLessThan(50)
  expect(index.get('0102030405000000054321')).toBe(54_321)
})

test('an empty or endless meter number is no meter number', () => {
  const index = new MeterIndex(4)
  expect(() => index.set('', 1)).toThrow(RangeError)
  expect(() => index.set('x'.repeat(256), 1)).toThrow(RangeError)
  expect([index.get(''), index.get('x'.repeat(300)), index.getBytes(new Uint8Array(0), 0, 0)]).toEqual([-1, -1, -1])
})
