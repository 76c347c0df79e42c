import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Finding } from './finding.ts'
import { AddressRefused, lookupOf, type Resolve, reachableAddresses } from './notify/reachable-address.ts'
import type { WebhookConfig } from './notify/webhook-config.ts'

const PATIENCE_MS = 5_000

/** Reaches the receiver, with its certificate, and asks it nothing. */
export async function examineWebhook(webhook: WebhookConfig, resolve: Resolve): Promise<Finding> {
  const { name, url, allowPrivate } = webhook
  const check = `webhook ${name}`
  const { hostname, host } = new URL(url)
  try {
    const addresses = await reachableAddresses(hostname, allowPrivate, resolve)
    await reach(webhook, lookupOf(addresses))
    return { check, status: 'pass', detail: `${host} takes connections (${addresses.map(({ address }) => address).join(', ')})` }
  } catch (error) {
    const refused = error instanceof AddressRefused
    const remedy = refused
      ? `check webhooks.url of ${name}; for a receiver of your own network put its address into allowPrivate, such as 10.1.2.3/32`
      : `check webhooks.url of ${name}, that its receiver runs, and its certificate (caFile for an authority of your own)`
    return { check, status: 'fail', detail: `${host}: ${reasonOf(error)}`, remedy }
  }
}

function reach({ url, ca }: WebhookConfig, lookup: ReturnType<typeof lookupOf>): Promise<void> {
  const { protocol, hostname, port } = new URL(url)
  const tls = protocol === 'https:'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const to = { host, port: Number(port) || (tls ? 443 : 80), lookup, timeout: PATIENCE_MS }
  return new Promise((resolve, reject) => {
    const socket = tls ? connectTls({ ...to, ...servername(host), ...(ca !== undefined && { ca }) }) : connect(to)
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${PATIENCE_MS / 1_000} s`)))
    socket.once('error', reject)
  })
}

/** RFC 6066 §3: names, no addresses. */
function servername(host: string): { servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
