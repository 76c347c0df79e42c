/** What every answer tells a browser: run nothing but our own files, tell nobody, keep no data. */
import type { ServerResponse } from 'node:http'
import type { Api } from './api.ts'

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  // Text becomes neither HTML nor script; console/public/page-policy.js says what may start a worker.
  "require-trusted-types-for 'script'",
  'trusted-types default',
]

const UNUSED_FEATURES =
  'accelerometer bluetooth camera clipboard-read display-capture geolocation gyroscope hid magnetometer microphone midi payment publickey-credentials-get screen-wake-lock serial usb'

/** Not Strict-Transport-Security: plain HTTP on a county's own network is usual, and whoever ends TLS in front sets it. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY.join(';'),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy': UNUSED_FEATURES.replaceAll(/[\w-]+/g, '$&=()').replaceAll(' ', ', '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
}

/** Before any route. */
export function responseHeaders(app: Api): void {
  app.addHook('onRequest', async (request, reply) => tellBrowser(request.routeOptions.url ?? request.url, reply.raw))
}

/** Also for what is refused before any hook, and for answers that are written past fastify. */
export function tellBrowser(url: string, response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  // A shared or stolen machine: no answer with data stays in the browser's files.
  if (url.startsWith('/api/') || url.startsWith('/metrics')) response.setHeader('cache-control', 'no-store')
}
