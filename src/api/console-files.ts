import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { Api } from './api.ts'
import { FILES } from './policy.ts'
import { sendProblem } from './problem.ts'

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>Adit</title>
<p>The console is not built. Run <code>npm run build</code>; the API is described at <a href="/api/openapi.json">/api/openapi.json</a>.</p>`

/** Serves the built console; every page of it that is not a file is its index, because the console routes by path. */
export async function consoleFiles(app: Api, directory: string): Promise<void> {
  const built = existsSync(join(directory, 'index.html'))
  if (built) {
    await app.register(fastifyStatic, {
      root: directory,
      serve: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
    for (const file of filesIn(directory)) {
      app.get(`/${file}`, { config: { policy: FILES }, schema: { hide: true } }, (_request, reply) => reply.sendFile(file))
    }
  }
  app.setNotFoundHandler((request, reply) => {
    const page = request.method === 'GET' && !request.url.startsWith('/api') && !/\.\w+$/.test(request.url.split('?')[0])
    if (page) return built ? reply.sendFile('index.html') : reply.type('text/html; charset=utf-8').send(NOT_BUILT)
    return sendProblem(
      request,
      reply,
      404,
      'not-found',
      `There is no ${request.method} ${request.url.slice(0, 200)}; /api/openapi.json lists what there is.`,
    )
  })
}

/** Paths of the files that are no dot files, as they stand in an address. */
function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)).split(sep).join('/'))
}
