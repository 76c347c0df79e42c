import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Alert, AlertRevision } from '../../model/alert.ts'
import { AlertQuery } from '../../model/alert-query.ts'
import type { AlertStore } from '../../src/alerts/alert-store.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import type { AlertsUnderTest } from './alert-store.ts'

const LATE = { at: '2026-11-09T04:00:00Z', cause: { zh: '补传读数', en: 'late readings' } }
const SENTENCE = { zh: '依据', en: 'as judged' }

/** As judged with a history such as `raised 0.8, cleared 0.8`: each entry a day after the one before. */
function judged(story: string, change: Partial<Alert> = {}): Alert {
  const history = story.split(', ').map((entry, revision) => {
    const [kind, probability] = entry.split(' ')
    const at = `2026-11-0${revision + 1}T04:00:00Z`
    return AlertRevision.parse({ revision, at, change: kind, probability: Number(probability), cause: SENTENCE })
  })
  const last = history[history.length - 1]
  const clearedAt = last.change === 'cleared' || last.change === 'withdrawn' ? last.at : null
  return sampleAlert('a', 0, { probability: last.probability, clearedAt, revision: history.length - 1, history, ...change })
}

/** What every alert store keeps of what was told before late readings came. `create` gives a new, empty one. */
export function describeToldHistory(name: string, create: () => Promise<AlertsUnderTest>): void {
  describe(`what was told, in ${name}`, () => {
    let store: AlertStore
    beforeEach(async () => {
      store = await (await create()).open()
    })
    afterEach(() => store.close())

    const changes = async () => (await store.get('a'))?.history.map(({ change, cause }) => `${change}: ${cause.en}`)

    test.each([
      ['upheld', judged('raised 0.8', { energyWh: 1 })],
      ['lowered', judged('raised 0.6')],
      ['strengthened', judged('raised 0.95')],
      ['cleared', judged('raised 0.8, cleared 0.8')],
      ['withdrawn', judged('raised 0.8, withdrawn 0.1')],
    ] as const)('late readings leave an alert %s, and the record says that they did', async (change, after) => {
      await store.raise([judged('raised 0.8')], 1)
      await store.amend([after], 2, LATE)
      expect(await changes()).toEqual(['raised: as judged', `${change}: late readings`])
      expect(await store.get('a')).toMatchObject({ probability: after.probability, clearedAt: after.clearedAt, revision: 1 })
      expect((await store.get('a'))?.history.at(-1)).toMatchObject({ revision: 1, at: LATE.at, probability: after.probability })
    })

    test('an alert that late readings raise says so in its first entry', async () => {
      await store.amend([judged('raised 0.8, strengthened 0.9')], 2, LATE)
      expect(await changes()).toEqual(['raised: late readings as judged', 'strengthened: as judged'])
      expect((await store.eventsAfter(0, 10)).map(({ kind }) => kind)).toEqual(['alert.raised'])
    })

    test('late readings that change nothing are not told, and those that nobody was ever told of are not withdrawn', async () => {
      const alert = judged('raised 0.8')
      await store.raise([alert], 1)
      await store.amend([alert, sampleAlert('never', 0, { probability: 0, clearedAt: '2026-11-01T00:00:00Z' })], 2, LATE)
      expect(await store.get('a')).toEqual(alert)
      expect(await store.get('never')).toBeUndefined()
      expect(store.lastSequence()).toBe(1)
    })

    test('what is judged afterwards goes on from what was told, and nothing is told twice', async () => {
      await store.raise([judged('raised 0.9, lowered 0.7')], 1)
      await store.amend([judged('raised 0.5')], 2, LATE)
      const told = ['raised: as judged', 'lowered: as judged', 'lowered: late readings']
      expect(await changes()).toEqual(told)
      await store.raise([judged('raised 0.5')], 3)
      expect(store.lastSequence()).toBe(2)
      await store.raise([judged('raised 0.5, strengthened 0.8')], 4)
      expect(await changes()).toEqual([...told, 'strengthened: as judged'])
      await store.amend([judged('raised 0.5, strengthened 0.8', { energyWh: 2 })], 5, LATE)
      await store.raise([judged('raised 0.5, strengthened 0.8, cleared 0.8', { energyWh: 2 })], 6)
      expect(await changes()).toEqual([...told, 'strengthened: as judged', 'upheld: late readings', 'cleared: as judged'])
    })

    test('an alert that late readings took back and that comes again is told as reopened', async () => {
      await store.raise([judged('raised 0.8')], 1)
      await store.amend([judged('raised 0.8, withdrawn 0', { probability: 0 })], 2, LATE)
      expect(await changes()).toEqual(['raised: as judged', 'withdrawn: late readings'])
      await store.raise([judged('raised 0.7')], 3)
      expect(await changes()).toEqual(['raised: as judged', 'withdrawn: late readings', 'reopened: as judged'])
      expect((await store.get('a'))?.clearedAt).toBeNull()
    })

    test('for its place on the list an alert counts with what holds, not with what late readings took back', async () => {
      const from = Date.parse('2026-10-30T00:00:00Z')
      const chance = async () => (await store.raisedBetween(from, from + 7 * 86_400_000)).map((listed) => listed.chance)
      await store.raise([judged('raised 0.9')], 1)
      expect(await chance()).toEqual([0.9])
      await store.amend([judged('raised 0.4')], 2, LATE)
      expect(await chance()).toEqual([0.4])
      await store.raise([judged('raised 0.4, strengthened 0.6')], 3)
      expect(await chance()).toEqual([0.6])
    })

    test('an alert that opened again stands where it was opened again, in lists and for its rank, whatever late readings say of it', async () => {
      await store.raise([judged('raised 0.9, cleared 0.9, reopened 0.7'), sampleAlert('b', 60)], 1)
      await store.amend([judged('raised 0.9, cleared 0.9, reopened 0.7', { energyWh: 1 })], 2, LATE)
      expect((await store.listedAt(['a', 'nobody'])).get('a')).toBe(Date.parse('2026-11-03T04:00:00Z'))
      const page = (cursor?: string) => store.list(AlertQuery.parse({ limit: 1, cursor }))
      const first = await page()
      expect(first.items.map(({ id }) => id)).toEqual(['a'])
      expect((await page(first.nextCursor ?? '')).items.map(({ id }) => id)).toEqual(['b'])
    })

    test('judged again by other settings, an alert is told as these judge it', async () => {
      await store.raise([judged('raised 0.9')], 1)
      await store.amend([judged('raised 0.4')], 2, LATE)
      await store.beginAgain(2)
      await store.raise([judged('raised 0.5')], 1)
      expect(await changes()).toEqual(['raised: as judged'])
    })

    test('a judging half that repeats itself after a crash tells the same late readings once', async () => {
      await store.raise([judged('raised 0.8')], 1)
      await store.amend([judged('raised 0.5')], 5, LATE)
      await store.raise([judged('raised 0.8')], 4)
      await store.amend([judged('raised 0.5')], 6, LATE)
      expect(await changes()).toEqual(['raised: as judged', 'lowered: late readings'])
      expect(store.lastSequence()).toBe(2)
    })
  })
}
