import { z } from 'zod'
import type { AlertEventKind } from '../../model/alert-event.ts'
import { BoundCounties } from '../../model/counties.ts'

/** As the Standard Webhooks specification writes a key: 24 to 64 random bytes. */
const SIGNING_KEY = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/

/** One key a line, the newest first: all of them sign while receivers change over. */
const Secret = z
  .string()
  .max(1_000)
  .transform((text) => text.split(/\s+/).filter((line) => line !== ''))
  .refine((keys) => keys.length >= 1 && keys.length <= 3 && keys.every(isSigningKey), {
    error:
      'one to three keys, one a line: whsec_ and 24 to 64 random bytes in base64, as by: echo whsec_$(openssl rand -base64 32)',
  })

const EVENTS = ['raised', 'revised', 'cleared'] as const

const WebhookConfig = z
  .strictObject({
    /** Under this name its place in the log is kept. */
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, '1 to 64 lower-case letters, digits and "-"'),
    url: z.string().max(2_000).refine(isWebAddress, 'https://host/path, without a login or a # in it'),
    events: z
      .array(z.enum(EVENTS))
      .min(1)
      .max(EVENTS.length)
      .default([...EVENTS]),
    /** Only alerts that lie there: counties or administrative codes, as of accounts. */
    counties: BoundCounties.optional(),
    /** secretFile may name a file, secretEnvironment a variable. */
    secret: Secret,
    /** Addresses that are not public and may be reached all the same. */
    allowPrivate: z
      .array(z.union([z.cidrv4(), z.cidrv6()], { error: 'ranges of addresses such as 10.1.2.0/24 or 10.1.2.3/32' }))
      .max(100)
      .default([]),
    /** http:// may be used: whoever is on the way reads along. */
    allowHttp: z.boolean().default(false),
    /** Certificate authorities of the receiver, PEM; those of Node when not given. caFile may name a file. */
    ca: z.string().max(1_000_000).optional(),
  })
  .refine(({ url, allowHttp }) => allowHttp || !/^http:/i.test(url), {
    path: ['url'],
    error: 'https:// is asked for; with allowHttp: true alerts go over the network for everybody to read',
  })
export type WebhookConfig = z.output<typeof WebhookConfig>

export const WebhooksConfig = z
  .array(WebhookConfig)
  .max(50)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two have the same name: give each its own')
  .default([])

export function wants({ events }: WebhookConfig, kind: AlertEventKind): boolean {
  return events.some((event) => kind === `alert.${event}`)
}

function isSigningKey(key: string): boolean {
  const bytes = Buffer.from(key.slice('whsec_'.length), 'base64').length
  return SIGNING_KEY.test(key) && bytes >= 24 && bytes <= 64
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, hash } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' && hash === ''
}
