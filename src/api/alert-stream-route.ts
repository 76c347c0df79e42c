import { z } from 'zod'
import type { AlertFeed } from './alert-feed.ts'
import type { Api } from './api.ts'
import { ApiProblem, problems } from './problem.ts'

const Sequence = z.string().regex(/^\d{1,15}$/, 'the id of the last event that was received, digits only')
const MAX_CLIENTS = 1000

export function alertStreamRoute(app: Api, feed: AlertFeed): void {
  app.get(
    '/api/v1/alerts/stream',
    {
      schema: {
        summary: 'Server-Sent Events as alerts are raised, revised and cleared',
        description:
          'Events alert.raised, alert.revised and alert.cleared; the data is the alert, the id the position in the log. ' +
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
      reply.hijack()
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      })
      feed.add(reply.raw, resume === undefined ? undefined : Number(resume))
    },
  )
}
