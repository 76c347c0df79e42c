import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AlertRevision } from '../../model/alert.ts'
import { type AlertPage, AlertQuery } from '../../model/alert-query.ts'
import type { AlertStore } from '../../src/alerts/alert-store.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'

/** One alert store on lasting storage; opening it again is a restart. */
export interface AlertsUnderTest {
  open(): Promise<AlertStore>
}

/** What every alert store keeps. `create` gives a new, empty one. */
export function describeAlertStore(name: string, create: () => Promise<AlertsUnderTest>): void {
  describe(`the alerts in ${name}`, () => {
    let open: AlertsUnderTest['open']
    let store: AlertStore

    beforeEach(async () => {
      open = (await create()).open
      store = await open()
    })
    afterEach(() => store.close())

    const list = (query: Record<string, unknown>) => store.list(AlertQuery.parse(query))
    const ids = (page: AlertPage) => page.items.map(({ id }) => id)

    test('the same alerts raised again after a crash log nothing and announce nothing', async () => {
      const alerts = [sampleAlert('a'), sampleAlert('b', 1)]
      await store.raise(alerts, 1)
      await store.close()
      store = await open()
      let announced = 0
      store.onEvents((events) => {
        announced += events.length
      })
      await store.raise(alerts, 1)
      expect(announced).toBe(0)
      expect((await store.eventsAfter(0, 10)).map(({ kind, alert }) => `${kind} ${alert.id}`)).toEqual([
        'alert.raised a',
        'alert.raised b',
      ])
      expect(store.counts()).toEqual({ open: 2, cleared: 0 })
    })

    test('a judging half that repeats itself never takes an alert back to an older revision', async () => {
      await store.raise([sampleAlert('a', 0, { revision: 0 })], 1)
      await store.raise([sampleAlert('a', 0, { revision: 1, energyWh: 500_000 })], 2)
      await store.raise([sampleAlert('a', 0, { revision: 0 })], 1)
      expect((await store.get('a'))?.revision).toBe(1)
      expect(store.lastSequence()).toBe(2)
    })

    test('told from beyond the end of a restored journal, an alert is what the readings that come next say', async () => {
      await store.raise([sampleAlert('a', 0, { revision: 0 })], 500)
      await store.endAt(400)
      await store.raise([sampleAlert('a', 0, { revision: 1, energyWh: 500_000 })], 401)
      expect((await store.get('a'))?.revision).toBe(1)
    })

    test('judged again with other detectors, what they say counts, and what they do not raise again is withdrawn', async () => {
      await store.raise([sampleAlert('kept'), sampleAlert('weaker'), sampleAlert('gone')], 50)
      await store.raise([sampleAlert('weaker', 0, { revision: 1 })], 90)
      await store.beginAgain(100)
      await store.raise([sampleAlert('kept')], 50)
      await store.raise([sampleAlert('weaker', 0, { probability: 0.4 })], 60)
      await store.endAgain(60, '2026-11-20T00:00:00Z')
      expect((await store.get('gone'))?.clearedAt).toBeNull()
      await store.close()
      store = await open()
      await store.endAgain(100, '2026-11-20T00:00:00Z')
      await store.endAgain(101, '2026-11-21T00:00:00Z')
      expect(await store.get('kept')).toEqual(sampleAlert('kept'))
      expect((await store.get('weaker'))?.probability).toBe(0.4)
      expect(await store.get('gone')).toMatchObject({
        clearedAt: '2026-11-20T00:00:00Z',
        revision: 1,
        history: [{ change: 'withdrawn' }],
      })
      expect(store.counts()).toEqual({ open: 2, cleared: 1 })
    })

    test('an alert is raised, revised and cleared, each once, and each event holds the alert as it was then', async () => {
      await store.raise([sampleAlert('a')], 1)
      await store.raise([sampleAlert('a', 0, { revision: 1, energyWh: 400_000 })], 1)
      await store.raise([sampleAlert('a', 0, { revision: 2, energyWh: 400_000, clearedAt: '2026-11-05T00:00:00Z' })], 1)
      await store.raise([sampleAlert('a', 0, { revision: 3, energyWh: 410_000, clearedAt: '2026-11-05T00:00:00Z' })], 1)
      expect((await store.eventsAfter(0, 10)).map(({ sequence, kind, alert }) => [sequence, kind, alert.energyWh])).toEqual([
        [1, 'alert.raised', 360_000],
        [2, 'alert.revised', 400_000],
        [3, 'alert.cleared', 400_000],
        [4, 'alert.revised', 410_000],
      ])
      expect(store.counts()).toEqual({ open: 0, cleared: 1 })
    })

    test('an episode found in history already over is raised and cleared', async () => {
      await store.raise([sampleAlert('a', 0, { clearedAt: '2026-11-05T00:00:00Z' })], 1)
      expect((await store.eventsAfter(0, 10)).map(({ kind }) => kind)).toEqual(['alert.raised', 'alert.cleared'])
    })

    test('after a restart what stands is told as it is, and what was told since the state was saved and does not stand is withdrawn', async () => {
      await store.raise([sampleAlert('before')], 40)
      await store.raise(
        [sampleAlert('stands'), sampleAlert('fell'), sampleAlert('long over', 0, { clearedAt: '2026-09-01T00:00:00Z' })],
        60,
      )
      await store.tellAgain([sampleAlert('stands', 0, { powerW: 9_000, revision: 1 })], 50, 100, '2026-11-20T00:00:00Z')
      expect(await store.get('before')).toEqual(sampleAlert('before'))
      expect((await store.get('stands'))?.powerW).toBe(9_000)
      expect(await store.get('fell')).toMatchObject({
        clearedAt: '2026-11-20T00:00:00Z',
        probability: 0,
        history: [{ change: 'withdrawn' }],
      })
      expect((await store.get('long over'))?.probability).toBeGreaterThan(0)
    })

    test('a reopened alert is open again', async () => {
      await store.raise([sampleAlert('a', 0, { clearedAt: '2026-11-05T00:00:00Z' })], 1)
      await store.raise([sampleAlert('a', 0, { revision: 1 })], 1)
      expect(store.counts()).toEqual({ open: 1, cleared: 0 })
      expect(ids(await list({}))).toEqual(['a'])
    })

    test('when one alert of several cannot be stored, none is and nobody is told', async () => {
      let announced = 0
      store.onEvents(() => announced++)
      const broken = sampleAlert('b', 0, { raisedAt: 'never' })
      // more than one statement takes
      const many = Array.from({ length: 700 }, (_, row) => sampleAlert(`a${row}`))
      await expect(store.raise([...many, broken], 1)).rejects.toThrow()
      expect(ids(await list({}))).toEqual([])
      expect(store.counts()).toEqual({ open: 0, cleared: 0 })
      expect(announced).toBe(0)
    })

    test('pages come newest first and lose or repeat nothing while new alerts arrive', async () => {
      await store.raise(
        [1, 2, 3, 4, 5].map((minute) => sampleAlert(`n${minute}`, minute)),
        1,
      )
      await store.raise([sampleAlert('n3b', 3)], 1)
      const first = await list({ limit: 2 })
      await store.raise([sampleAlert('late', 9)], 1)
      const second = await list({ limit: 2, cursor: first.nextCursor })
      const third = await list({ limit: 2, cursor: second.nextCursor })
      expect([...ids(first), ...ids(second), ...ids(third)]).toEqual(['n5', 'n4', 'n3b', 'n3', 'n2', 'n1'])
      expect(third.nextCursor).toBeNull()
    })

    test('alerts are found by mine, area, county, state and time', async () => {
      await store.raise(
        [
          sampleAlert('a', 1),
          sampleAlert('b', 2, { mines: [{ mine: 'M2', distanceMeters: 9, withinReach: true }] }),
          sampleAlert('long', 3, { clearedAt: '2026-11-02T00:00:00Z' }),
        ],
        1,
      )
      expect(ids(await list({ mine: 'M2' }))).toEqual(['b'])
      expect(ids(await list({ mine: 'M1', state: 'all' }))).toEqual(['long', 'a'])
      expect(ids(await list({ area: 'A3' }))).toEqual(['b', 'a'])
      expect(ids(await list({ county: 'Luxi', state: 'cleared' }))).toEqual(['long'])
      expect(ids(await list({ county: 'Yingjiang' }))).toEqual([])
      expect(ids(await list({ since: '2026-11-01T08:02:00+08:00' }))).toEqual(['b'])
    })

    test('for its place on the list an alert counts with the highest chance it has had, and with when it was raised', async () => {
      const entry = (probability: number) => AlertRevision.parse({ ...RAISED, probability })
      await store.raise(
        [
          sampleAlert('before', -60),
          sampleAlert('lowered', 1, { probability: 0.5, history: [entry(0.7), entry(0.9), entry(0.5)] }),
          sampleAlert('over', 2, { probability: 0.6, history: [], clearedAt: '2026-11-02T00:00:00Z' }),
        ],
        1,
      )
      const from = Date.UTC(2026, 10, 1)
      const found = await store.raisedBetween(from, from + 86_400_000)
      expect(found.toSorted((a, b) => a.raisedAt - b.raisedAt)).toEqual([
        { id: 'lowered', raisedAt: from + 60_000, clearedAt: Number.POSITIVE_INFINITY, chance: 0.9, probability: 0.5 },
        { id: 'over', raisedAt: from + 120_000, clearedAt: from + 86_400_000, chance: 0.6, probability: 0.6 },
      ])
    })

    test('a cursor of somewhere else is refused', async () => {
      await expect(list({ cursor: 'bm9uc2Vuc2U' })).rejects.toThrow(RangeError)
    })
  })
}

const RAISED = { revision: 0, at: '2026-11-01T00:00:00Z', change: 'raised', cause: { zh: '', en: '' } }
