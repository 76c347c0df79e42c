import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Api } from '../../src/api/api.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { followFeed } from './follow-feed.ts'
import { get, serveSample } from './serve-sample.ts'
import { FOREIGN, judgedCounties, OWN, raiseInBoth, type TwoCounties, twoCounties } from './two-counties.ts'

const JUDGED = judgedCounties()
let world: TwoCounties
let app: Api
beforeEach(async () => {
  world = await twoCounties(JUDGED)
  app = await serveSample(world.parts)
})
afterEach(async () => {
  await app.close()
  await world.close()
})

/** What a token sees that is bound to these counties. */
function seenFrom(...counties: string[]) {
  const headers = { authorization: `Bearer ${world.tokens.add('bureau', 0, counties)}` }
  return async (url: string) => (await get(app, url, headers)).body
}

describe('who is bound to one county', () => {
  test('counts its alerts, mines, areas and meters alone', async () => {
    await raiseInBoth(world.alerts)
    await world.alerts.raise(
      [sampleAlert('own-3', 4, { subject: { kind: 'area', id: 'OWN-Z3' }, clearedAt: '2026-11-02T00:00:00Z' })],
      1,
    )
    const counts = { alerts: { open: 2, cleared: 1 }, mines: 1, areas: 2, meters: { known: 12, reporting: 12, share: 1 } }
    expect(await seenFrom(OWN)('/api/v1/summary')).toMatchObject({ ...counts, workList: { ranked: 3 } })
    const all = { alerts: { open: 3, cleared: 1 }, mines: 2, areas: 3, meters: { known: 18 }, workList: { ranked: 4 } }
    expect((await get(app, '/api/v1/summary')).body).toMatchObject(all)
  })

  test('has its part of the work list, with the ranks of the whole', async () => {
    await raiseInBoth(world.alerts)
    const { items, expectedPrecision } = await seenFrom(OWN)('/api/v1/work-list')
    expect(items.map(({ id, rank }: { id: string; rank: number }) => [id, rank])).toEqual([
      ['own-1', 2],
      ['own-2', 3],
    ])
    expect(expectedPrecision.mean).toBeCloseTo(0.8, 3)
  })

  test('pages through its alerts; a page is full, and the last one knows that it is', async () => {
    await world.alerts.raise(
      Array.from({ length: 12 }, (_, row) =>
        sampleAlert(`a${row}`, row, { subject: { kind: 'area', id: row % 3 === 0 ? 'OWN-Z1' : 'ELSEWHERE-Z2' } }),
      ),
      1,
    )
    const see = seenFrom(OWN)
    const first = await see('/api/v1/alerts?limit=2')
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual(['a9', 'a6'])
    const second = await see(`/api/v1/alerts?limit=2&cursor=${first.nextCursor}`)
    expect(second.items.map(({ id }: { id: string }) => id)).toEqual(['a3', 'a0'])
    expect(second.nextCursor).toBeNull()
    expect(Buffer.from(first.nextCursor, 'base64url').toString()).toMatch(/ a6$/)
  })

  test('asking for another county, area or mine finds as much as asking for one that is none', async () => {
    await raiseInBoth(world.alerts)
    const see = seenFrom(OWN)
    for (const [theirs, none] of [
      [`county=${FOREIGN}`, 'county=none'],
      ['area=ELSEWHERE-Z2', 'area=none'],
      ['mine=ELSEWHERE-M', 'mine=none'],
    ]) {
      expect(await see(`/api/v1/alerts?${theirs}`), theirs).toEqual(await see(`/api/v1/alerts?${none}`))
    }
    expect((await see(`/api/v1/mines?county=${FOREIGN}`)).items).toEqual([])
    expect((await see('/api/v1/topology-doubts?area=ELSEWHERE-Z2')).items).toHaveLength(1)
    const [missing, foreign] = [await see('/api/v1/areas/none'), await see('/api/v1/areas/ELSEWHERE-Z2')]
    expect(JSON.stringify(foreign)).toBe(JSON.stringify(missing).replaceAll('none', 'ELSEWHERE-Z2'))
  })

  test('reads of a doubtful booking what to check, without the area elsewhere that feeds the meter', async () => {
    const [doubt] = (await seenFrom(OWN)('/api/v1/topology-doubts')).items
    expect(doubt).toMatchObject({ usagePoint: 'OWN-U4', probableArea: null })
    expect(doubt.sentence.zh).not.toMatch('ELSEWHERE')
    expect((await get(app, '/api/v1/topology-doubts')).body.items[0]).toMatchObject({ probableArea: 'ELSEWHERE-Z2' })
    // and who has the area that feeds it hears nothing of a customer of its neighbour
    expect((await seenFrom(FOREIGN)('/api/v1/topology-doubts')).items).toEqual([])
    expect((await seenFrom(FOREIGN)('/api/v1/areas/ELSEWHERE-Z2')).topologyDoubts).toEqual([])
  })

  test('a code of the prefecture binds to all of its counties, and a county of another name is none of them', async () => {
    await raiseInBoth(world.alerts)
    expect((await seenFrom('4112')('/api/v1/alerts')).items).toHaveLength(3)
    expect((await seenFrom('4112')('/api/v1/mines')).items).toHaveLength(2)
    expect((await seenFrom(OWN, FOREIGN)('/api/v1/alerts')).items).toHaveLength(3)
    expect((await seenFrom('4113')('/api/v1/alerts')).items).toEqual([])
  })

  test('what lies in no county that is known is seen by those alone who see all', async () => {
    await world.alerts.raise([sampleAlert('nowhere', 1, { subject: { kind: 'usage-point', id: 'unknown' } })], 1)
    expect((await get(app, '/api/v1/alerts/nowhere')).status).toBe(200)
    expect((await seenFrom('4112')('/api/v1/alerts/nowhere')).code).toBe('alert')
    expect((await seenFrom('4112')('/api/v1/alerts')).items).toEqual([])
  })
})

describe('the live feed of one county', () => {
  let url: string
  beforeEach(async () => {
    url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/api/v1/alerts/stream`
  })
  const bound = () => ({ authorization: `Bearer ${world.tokens.add('operator', 0, [OWN])}` })

  test('brings its alerts and none of another, resumes without loss, and its ids count nothing', async () => {
    const headers = bound()
    const raise = (from: number, to: number) =>
      world.alerts.raise(
        Array.from({ length: to - from }, (_, at) => {
          const row = from + at
          // every fifth is theirs, save for a long stretch of others
          const isOwn = row % 5 === 0 && !(row > 200 && row < 450)
          const subject = { kind: 'area' as const, id: isOwn ? 'OWN-Z1' : 'ELSEWHERE-Z2' }
          return sampleAlert(isOwn ? `own-${row}` : `ELSEWHERE-${row}`, row, { subject })
        }),
        1,
      )
    const live = await followFeed(url, headers, 4, () => raise(0, 20))
    expect(live.map(({ alert }) => alert)).toEqual(['own-0', 'own-5', 'own-10', 'own-15'])
    await raise(20, 620)
    const rows = Array.from({ length: 122 }, (_, at) => 10 + 5 * at).filter((row) => !(row > 200 && row < 450))
    const resumed = await followFeed(url, { ...headers, 'last-event-id': live[1].id }, rows.length)
    expect(resumed.map(({ alert }) => alert)).toEqual(rows.map((row) => `own-${row}`))
    const ids = [...live, ...resumed].map(({ id }) => Number(id))
    expect(ids.every((id) => Number.isSafeInteger(id) && id > 1_000_000)).toBe(true)
    expect(ids.filter((id, at) => at > 0 && id > ids[at - 1]).length).toBeLessThan(0.7 * ids.length)
  })

  test('an id that is a position of the log is none of its own', async () => {
    await raiseInBoth(world.alerts)
    const frames = await followFeed(url, { ...bound(), 'last-event-id': '1' }, 1)
    expect(frames.map(({ event }) => event)).toEqual(['feed.reset'])
  })
})
