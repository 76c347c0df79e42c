import { isolatedText, unisolated } from '../../model/inert-text.ts'

/**
 * An answer of the service, with every text in it made harmless to look at: this is the only way in, so that no screen has
 * to think of it. Changes the value itself.
 */
export function inert<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const key of Object.keys(value)) {
    const part: unknown = Reflect.get(value, key)
    if (typeof part === 'string') Reflect.set(value, key, isolatedText(part))
    else if (typeof part === 'object') inert(part)
  }
  return value
}

/** An id as part of an address, as the service knows it. */
export function asSent(id: string): string {
  return encodeURIComponent(unisolated(id))
}
