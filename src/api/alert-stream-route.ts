import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AlertFeed } from './alert-feed.ts'
import type { Api } from './api.ts'
import { PLAIN_IDS, sealedIds } from './event-ids.ts'
import { READERS } from './policy.ts'
import { ApiProblem, problems } from './problem.ts'

const Sequence = z.string().regex(/^\d{1,15}$/, 'the id of the last event that was received, digits only')
const MAX_CLIENTS = 1000

/** `key` enciphers the ids for who is bound to counties; `mayStill` is of authorize.ts. */
export function alertStreamRoute(
  app: Api,
  feed: AlertFeed,
  key: Uint8Array,
  mayStill: (request: FastifyRequest) => Promise<boolean>,
): void {
  const sealed = sealedIds(key)
  app.get(
    '/api/v1/alerts/stream',
    {
      config: { policy: { ...READERS, polled: true } },
      schema: {
        summary: 'Server-Sent Events as alerts are raised, revised and cleared',
        description:
          'Events alert.raised, alert.revised and alert.cleared; the data is the alert, the id the position in the log (a number without order for who is bound to counties). ' +
          'Last-Event-ID (or ?lastEventId=) resumes after that event without loss; without it the feed starts now. ' +
          'feed.reset says that the id is not of this log.',
        tags: ['alerts'],
        querystring: z.strictObject({ lastEventId: Sequence.optional() }),
        headers: z.object({ 'last-event-id': Sequence.optional() }),
        response: {
          200: { description: 'The feed', content: { 'text/event-stream': { schema: z.string() } } },
          ...problems(400, 503),
        },
      },
    },
    (request, reply) => {
      if (feed.clients >= MAX_CLIENTS)
        throw new ApiProblem(503, 'feed-full', 'Too many clients follow the feed; try again later.')
      const resume = request.headers['last-event-id'] ?? request.query.lastEventId
      const { visible } = request
      reply.hijack()
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'x-accel-buffering': 'no',
      })
      feed.add(reply.raw, resume, {
        ids: visible.everything ? PLAIN_IDS : sealed,
        show: (events) => visible.alerts.show(events),
        mayStill: () => mayStill(request),
      })
    },
  )
}
