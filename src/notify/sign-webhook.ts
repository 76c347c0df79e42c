import { createHmac } from 'node:crypto'

/** Standard Webhooks 1.0, "Signature scheme": one signature for each key, over id, second and body as they are sent. */
export function signatureOf(keys: readonly string[], id: string, seconds: number, body: string): string {
  return keys.map((key) => `v1,${signWith(key, `${id}.${seconds}.${body}`)}`).join(' ')
}

function signWith(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'))
    .update(text)
    .digest('base64')
}
