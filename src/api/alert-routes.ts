import { z } from 'zod'
import { Alert } from '../../model/alert.ts'
import { AlertPage, AlertQuery } from '../../model/alert-query.ts'
import type { Api } from './api.ts'
import { READERS } from './policy.ts'
import { ApiProblem, problems } from './problem.ts'

export function alertRoutes(app: Api): void {
  app.get(
    '/api/v1/alerts',
    {
      config: { policy: READERS },
      schema: {
        summary: 'Alerts, newest first',
        tags: ['alerts'],
        querystring: AlertQuery,
        response: { 200: AlertPage, ...problems(400) },
      },
    },
    async ({ query, visible }) => {
      try {
        return await visible.alerts.list(query)
      } catch (error) {
        if (error instanceof RangeError) throw new ApiProblem(400, 'cursor', `cursor: ${error.message}`)
        throw error
      }
    },
  )

  app.get(
    '/api/v1/alerts/:id',
    {
      config: { policy: READERS },
      schema: {
        summary: 'One alert',
        tags: ['alerts'],
        params: z.strictObject({ id: z.string().min(1).max(64) }),
        response: { 200: Alert, ...problems(400, 404) },
      },
    },
    async ({ params, visible }) => {
      const alert = await visible.alerts.get(params.id)
      if (!alert) throw new ApiProblem(404, 'alert', `No alert has the id ${params.id}; GET /api/v1/alerts?state=all lists them.`)
      return alert
    },
  )
}
