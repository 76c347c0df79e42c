import { z } from 'zod'
import { WorkList } from '../../model/work-list.ts'
import type { Api } from './api.ts'
import { QueryInstant } from './instant.ts'
import { READERS } from './policy.ts'
import { ApiProblem, problems } from './problem.ts'

const Query = z.strictObject({
  at: QueryInstant.optional().describe('the week that ends with the day of this instant; without it, of the newest reading'),
})

export function workListRoute(app: Api): void {
  app.get(
    '/api/v1/work-list',
    {
      config: { policy: READERS },
      schema: {
        summary: 'Whom to inspect this week, likeliest first, and how many of them are expected to be found',
        tags: ['alerts'],
        querystring: Query,
        response: { 200: WorkList, ...problems(400, 404) },
      },
    },
    async ({ query: { at }, visible }) => {
      const list = await visible.workList(at === undefined ? null : Date.parse(at))
      if (list === null)
        throw new ApiProblem(404, 'no-readings', 'No reading was judged yet: name a time in ?at=, or wait for readings.')
      const { ids, ...summary } = list
      const items = await Promise.all(ids.map((id) => visible.alerts.get(id)))
      return { ...summary, items: items.filter((alert) => alert !== undefined) }
    },
  )
}
