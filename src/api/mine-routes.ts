import { distance } from 'geokdbush'
import { z } from 'zod'
import { Id, Name } from '../../model/field.ts'
import { Mine } from '../../model/mine.ts'
import type { Api } from './api.ts'
import { READERS } from './policy.ts'
import { problems } from './problem.ts'
import { unknownMine } from './unknown-subject.ts'

const Near = z
  .string()
  .max(60)
  .regex(/^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$/, 'latitude,longitude in WGS84 degrees, such as 24.433,98.589')

const MineView = Mine.extend({ distanceMeters: z.number().nullable().describe('from `near`, null when it was not asked') })

export function mineRoutes(app: Api): void {
  app.get(
    '/api/v1/mines',
    {
      config: { policy: READERS },
      schema: {
        summary: 'All mines and dig points, or those near a place, nearest first',
        tags: ['ledgers'],
        querystring: z.strictObject({
          near: Near.optional(),
          within: z.coerce.number().min(1).max(200_000).default(5000).describe('metres around `near`'),
          county: Name.optional(),
        }),
        response: { 200: z.object({ items: z.array(MineView) }), ...problems(400) },
      },
    },
    async ({ query: { near, within, county }, visible }) => {
      const mines = visible.places.mines().filter((mine) => county === undefined || mine.county === county)
      if (near === undefined) return { items: mines.map((mine) => ({ ...mine, distanceMeters: null })) }
      const [latitude, longitude] = near.split(',').map(Number)
      return {
        items: mines
          .map((mine) => ({ ...mine, distanceMeters: distance(longitude, latitude, mine.longitude, mine.latitude) * 1000 }))
          .filter(({ distanceMeters }) => distanceMeters <= within)
          .sort((a, b) => a.distanceMeters - b.distanceMeters || (a.mine < b.mine ? -1 : 1)),
      }
    },
  )

  app.get(
    '/api/v1/mines/:id',
    {
      config: { policy: READERS },
      schema: {
        summary: 'One mine',
        tags: ['ledgers'],
        params: z.strictObject({ id: Id }),
        response: { 200: Mine, ...problems(400, 404) },
      },
    },
    async ({ params, visible }) => {
      const found = visible.places.mine(params.id)
      if (!found) throw unknownMine(params.id)
      return found
    },
  )
}
