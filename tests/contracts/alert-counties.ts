import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AlertQuery } from '../../model/alert-query.ts'
import { covers } from '../../model/counties.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import type { AlertsUnderTest } from './alert-store.ts'

const PLACES = [
  '411282',
  '411282104',
  '411221',
  '4112',
  '411',
  '533103',
  '53',
  '灵宝市',
  'Lu%i',
  'Lu_i',
  'Luxi',
  'luxi',
  "O'Hara",
  '',
  null,
]
const Binding = fc.oneof(
  fc.constantFrom(...PLACES.filter((place) => place !== null), '411200', '410000', '41', '%', '_'),
  fc.stringMatching(/^\d{2,6}$/),
)

/** The subject of an alert that lies in this county: `create` must place it there. */
export const subjectIn = (county: string | null) => ({ kind: 'area' as const, id: county === null ? '@' : `@${county}` })
export const countyOfSubject = (id: string): string | null => (id === '@' ? null : id.slice(1))

/** Who is bound to counties gets exactly what lies in them. The empty county and none are one in `subjectIn`. */
export function describeAlertCounties(name: string, create: () => Promise<AlertsUnderTest>): void {
  describe(`the alerts in ${name}, for who is bound to counties`, () => {
    test('are listed and counted for exactly the counties that the rule covers', async () => {
      const store = await (await create()).open()
      await store.raise(
        PLACES.flatMap((county, row) => [
          sampleAlert(`open-${row}`, row, { subject: subjectIn(county) }),
          sampleAlert(`over-${row}`, row, { subject: subjectIn(county), clearedAt: '2026-11-09T00:00:00Z' }),
        ]),
        1,
      )
      const countyOf = await store.countiesOf(PLACES.map((_, row) => `open-${row}`))
      expect(PLACES.map((_, row) => countyOf.get(`open-${row}`))).toEqual(PLACES.map((county) => (county === '' ? null : county)))
      expect(await store.countiesOf(['unknown'])).toEqual(new Map())
      await fc.assert(
        fc.asyncProperty(fc.array(Binding, { minLength: 1, maxLength: 4 }), async (bound) => {
          const expected = PLACES.flatMap((county, row) => (covers(bound, county) ? [`open-${row}`] : [])).reverse()
          const { items } = await store.list(AlertQuery.parse({}), bound)
          expect(items.map(({ id }) => id)).toEqual(expected)
          expect(await store.countsIn(bound)).toEqual({ open: expected.length, cleared: expected.length })
        }),
        { numRuns: 150 },
      )
      await store.close()
    })
  })
}
