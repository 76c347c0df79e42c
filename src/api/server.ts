import compress from '@fastify/compress'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Registry } from 'prom-client'
import type { ConnectionLimits } from '../../ingest/connection-bound.ts'
import { AlertFeed } from './alert-feed.ts'
import { alertRoutes } from './alert-routes.ts'
import { alertStreamRoute } from './alert-stream-route.ts'
import type { Api } from './api.ts'
import { areaRoutes } from './area-routes.ts'
import { auditLogRoute } from './audit-log-route.ts'
import { auditRoutes } from './audit-routes.ts'
import { authorize, countiesOf } from './authorize.ts'
import { consoleFiles } from './console-files.ts'
import { gatewayRoutes } from './gateway-routes.ts'
import { healthRoute } from './health-route.ts'
import { boundedServers, HTTP_LIMITS } from './http-server.ts'
import { loadProfileRoutes } from './load-profile-routes.ts'
import { metricsRoute } from './metrics-route.ts'
import { mineRoutes } from './mine-routes.ts'
import { observabilityRoutes } from './observability-routes.ts'
import { describeApi } from './openapi.ts'
import { passwordRoute } from './password-route.ts'
import { answerError } from './problem.ts'
import { quarantineRoutes } from './quarantine-routes.ts'
import { responseHeaders, tellBrowser } from './response-headers.ts'
import type { ServiceParts } from './service-parts.ts'
import { sessionRoutes } from './session-routes.ts'
import { signOnRoutes } from './sign-on-routes.ts'
import { summaryRoute } from './summary-route.ts'
import { topologyRoutes } from './topology-routes.ts'
import { usagePointRoutes } from './usage-point-routes.ts'
import { visibleParts } from './visible-parts.ts'
import { workListRoute } from './work-list-route.ts'

export interface ServerOptions {
  readonly loopback: boolean
  readonly hosts: readonly string[]
  readonly requestsPerMinute: number
  readonly limits?: ConnectionLimits
  /** Addresses of proxies in front, whose word on the client's address and on TLS counts. */
  readonly proxies?: readonly string[]
  readonly consoleDirectory: string
  readonly logger?: FastifyBaseLogger
  readonly registry?: Registry
  readonly heartbeatMs?: number
}

/** The HTTP side: API, live feed, metrics and console. Not listening yet. */
export async function buildServer(parts: ServiceParts, options: ServerOptions): Promise<Api> {
  const app = Fastify({
    ...(options.logger && { loggerInstance: options.logger }),
    logController: new LogController({ disableRequestLogging: true }),
    serverFactory: boundedServers(options.limits ?? HTTP_LIMITS, options.proxies ?? []),
    bodyLimit: 262_144,
    handlerTimeout: 60_000,
    forceCloseConnections: true,
    trustProxy: options.proxies?.length ? [...options.proxies] : false,
    routerOptions: { maxParamLength: 256 },
    // paths that cannot be read at all do not come to the error handler
    frameworkErrors: (error, request, reply) => {
      tellBrowser(request.url, reply.raw)
      answerError(error, request, reply)
    },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answerError)

  responseHeaders(app)
  await app.register(rateLimit, { max: options.requestsPerMinute, timeWindow: '1 minute' })
  await app.register(compress, { threshold: 1024, globalDecompression: false })
  const { holderOf, accounts } = parts
  const manyPeople = parts.singleSignOn !== null
  const mayStill = authorize(app, { holderOf, accounts, loopback: options.loopback, manyPeople, hosts: options.hosts })
  const visible = visibleParts(parts)
  app.decorateRequest('visible', {
    getter() {
      return visible(countiesOf(this))
    },
  })
  auditRoutes(app, parts.audit)
  await describeApi(app, parts.version)

  const feed = new AlertFeed(parts.alerts, options.heartbeatMs)
  app.addHook('preClose', async () => feed.close())

  healthRoute(app, parts)
  metricsRoute(app, parts, options.registry)
  sessionRoutes(app, accounts, parts.singleSignOn)
  passwordRoute(app, accounts)
  signOnRoutes(app, accounts, parts.singleSignOn)
  summaryRoute(app)
  alertStreamRoute(app, feed, parts.feedKey, mayStill)
  alertRoutes(app)
  workListRoute(app)
  gatewayRoutes(app, parts)
  quarantineRoutes(app, parts.quarantine)
  auditLogRoute(app, parts.audit)
  usagePointRoutes(app)
  loadProfileRoutes(app)
  areaRoutes(app)
  mineRoutes(app)
  observabilityRoutes(app)
  topologyRoutes(app)
  await consoleFiles(app, options.consoleDirectory)
  return app
}
