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
  const feed = new AlertFeed({
    list: (query, counties) => ranked.list(query, counties),
    countiesOf: (ids) => ranked.countiesOf(ids),
    countsIn: (counties) => ranked.countsIn(counties),
    get: (id) => ranked.get(id),
    eventsAfter: async (sequence, limit): Promise<readonly AlertEvent[]> => {
      const page = await ranked.eventsAfter(sequence, limit)
      asked.resolve()
      await arrived.promise
      return page
    },
    lastSequence: () => ranked.lastSequence(),
    onEvents: (listener) => ranked.onEvents(listener),
    counts: () => ranked.counts(),
  })
  const server = createServer((_request, response) => feed.add(response, undefined, SEES_ALL))
  onTestFinished(() => {
    feed.close()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const response = await fetch(`http://127.0.0.1:${address.port}`)
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
