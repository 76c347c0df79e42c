import swagger from '@fastify/swagger'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Alert } from '../../model/alert.ts'
import { GatewayBook } from '../../model/gateway-book.ts'
import { Mine } from '../../model/mine.ts'
import { Observability } from '../../model/observability.ts'
import { TopologyDoubt } from '../../model/topology-doubt.ts'
import type { Api } from './api.ts'
import { ANYONE } from './policy.ts'
import { Problem } from './problem.ts'
import { SESSION_COOKIE } from './session-cookies.ts'

/** Registers the OpenAPI 3.1 document, made from the schemas the routes check with. Before any route. */
export async function describeApi(app: Api, version: string): Promise<void> {
  const schemaRegistry = z.registry<{ id: string }>()
  schemaRegistry.add(Alert, { id: 'Alert' })
  schemaRegistry.add(Problem, { id: 'Problem' })
  schemaRegistry.add(Mine, { id: 'Mine' })
  schemaRegistry.add(Observability, { id: 'Observability' })
  schemaRegistry.add(TopologyDoubt, { id: 'TopologyDoubt' })
  schemaRegistry.add(GatewayBook, { id: 'GatewayBook' })

  const toJsonSchema = createJsonSchemaTransform({ schemaRegistry })

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Adit',
        version,
        description: 'Finds illegal power draw at closed gold mines from smart-meter data. Errors are RFC 9457 problems.',
      },
      tags: [
        { name: 'alerts', description: 'What was found' },
        { name: 'readings', description: 'What was measured' },
        { name: 'ledgers', description: 'Mines, transformer areas, usage points' },
        { name: 'gateways', description: 'Who sends, and what became of it' },
        { name: 'quarantine', description: 'What was refused, and why' },
        { name: 'session', description: 'Who asks' },
        { name: 'audit', description: 'Who did what' },
        { name: 'service', description: 'The service itself' },
      ],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'adit token add --role ROLE' },
          session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'POST /api/v1/session' },
        },
      },
    },
    transform: (route) => {
      const { schema, url } = toJsonSchema(route)
      const method = [route.route.method].flat()[0].toLowerCase()
      return { schema: { operationId: operationIdOf(method, url), ...schema }, url }
    },
    transformObject: createJsonSchemaTransformObject({ schemaRegistry }),
  })
  app.get('/api/openapi.json', { config: { policy: ANYONE }, schema: { hide: true } }, async () => app.swagger())
}

/** GET /api/v1/alerts/:id is getAlertsId: stable names for generated clients. */
function operationIdOf(method: string, url: string): string {
  const words = url.replace(/^\/api\/v1/, '').split(/[^A-Za-z0-9]+/)
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
