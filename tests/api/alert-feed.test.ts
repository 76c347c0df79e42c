import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { AlertEvent } from '../../model/alert-event.ts'
import { AlertFeed, type Follower } from '../../src/api/alert-feed.ts'
import { PLAIN_IDS } from '../../src/api/event-ids.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { sampleParts } from './sample-parts.ts'

const SEES_ALL: Follower = { ids: PLAIN_IDS, show: async (events) => events, mayStill: async () => true }

test('an alert that is raised while a follower’s page is on its way from the database reaches it', async () => {
  const sample = await sampleParts()
  onTestFinished(() => sample.close())
  const { ranked } = sample
  const arrived = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const url = await serveFeed(ranked, undefined, SEES_ALL, async () => {
    asked.resolve()
    await arrived.promise
  })
  const response = await fetch(url)
  await asked.promise
  const told = new Promise<void>((resolve) => ranked.onEvents(() => resolve()))
  await sample.alerts.raise([sampleAlert('a')], 1)
  await told
  arrived.resolve()
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (text.includes('alert.raised')) break
  }
  expect(text).toMatch(/^id: 1\nevent: alert\.raised\n/m)
}, 20_000)

test('whoever sees nothing of a long log holds nobody up while it is read for them', async () => {
  const sample = await sampleParts()
  onTestFinished(() => sample.close())
  await sample.alerts.raise(
    Array.from({ length: 450 }, (_, index) => sampleAlert(`a${index}`)),
    1,
  )
  let turn = 0
  const turns: number[] = []
  const tick = () => {
    turn++
    immediate = setImmediate(tick)
  }
  let immediate = setImmediate(tick)
  onTestFinished(() => clearImmediate(immediate))
  const url = await serveFeed(sample.ranked, '0', { ...SEES_ALL, show: async () => [] }, async () => {
    turns.push(turn)
  })
  const response = await fetch(url)
  await expect.poll(() => turns.length).toBe(6)
  expect(new Set(turns).size).toBe(6)
  await response.body?.cancel()
})

type Reader = ConstructorParameters<typeof AlertFeed>[0]

/** A feed whose every page goes through `onPage`. */
async function serveFeed(alerts: Reader, id: string | undefined, who: Follower, onPage: () => Promise<void>): Promise<string> {
  const feed = new AlertFeed({
    list: (query, counties) => alerts.list(query, counties),
    countiesOf: (ids) => alerts.countiesOf(ids),
    countsIn: (counties) => alerts.countsIn(counties),
    get: (alert) => alerts.get(alert),
    eventsAfter: async (sequence, limit): Promise<readonly AlertEvent[]> => {
      const page = await alerts.eventsAfter(sequence, limit)
      await onPage()
      return page
    },
    lastSequence: () => alerts.lastSequence(),
    onEvents: (listener) => alerts.onEvents(listener),
    counts: () => alerts.counts(),
  })
  const server = createServer((_request, response) => feed.add(response, id, who))
  onTestFinished(() => {
    feed.close()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}
