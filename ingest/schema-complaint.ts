import type { z } from 'zod'
import { DecodeError } from './decoder.ts'

/**
 * The first complaint of a schema about `checked`, which stands at `at` in the payload, as a DecodeError with the path as
 * `$.readings[3][1]`, the value found there and a remedy.
 */
export function firstComplaint(error: z.ZodError, checked: unknown, at: readonly PropertyKey[]): DecodeError {
  const issue = error.issues[0]
  const path = [...at, ...(issue?.path ?? [])]
  const value = valueAt(checked, issue?.path ?? [])
  const unknownKeys = issue?.code === 'unrecognized_keys' ? issue.keys : []
  const field = unknownKeys.length > 0 ? `${pathText(path)}.${unknownKeys[0]?.slice(0, 64)}` : pathText(path)
  return new DecodeError(
    codeOf(issue, value),
    field,
    shortText(value),
    `${field}: ${issue?.message.slice(0, 200) ?? 'not valid'}`,
    remedyFor(issue, value),
  )
}

function codeOf(issue: z.core.$ZodIssue | undefined, value: unknown): string {
  if (issue?.code === 'unrecognized_keys') return 'unknown-field'
  if (issue?.code === 'invalid_type') return value === undefined ? 'missing-field' : 'wrong-type'
  if (issue?.code === 'too_big' || issue?.code === 'too_small') return 'out-of-range'
  return 'bad-value'
}

function remedyFor(issue: z.core.$ZodIssue | undefined, value: unknown): string {
  if (issue?.code === 'unrecognized_keys') return 'leave out the field, or map the topic to the decoder of its format'
  if (issue?.code === 'invalid_type') {
    if (value === undefined) return 'send the field; docs/payloads.md shows each'
    if (issue.expected === 'string' && typeof value === 'number')
      return 'send meter numbers and times as text: long numbers lose digits as JSON numbers'
    if (issue.expected === 'number' && value === null) return 'leave out a reading that is missing; null is no energy'
    return `send a ${issue.expected} here`
  }
  if (issue?.code === 'too_small' && typeof value === 'number' && value < 0)
    return 'energy drawn is never negative: check the sign and the direction; feed-in is not taken'
  if (issue?.code === 'too_big' && typeof value === 'number') return 'check the unit: energies are in Wh, lengths in seconds'
  return 'see docs/payloads.md for what this field may hold'
}

function pathText(path: readonly PropertyKey[]): string {
  return `$${path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')}`
}

function valueAt(checked: unknown, path: readonly PropertyKey[]): unknown {
  let value = checked
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, step)
  }
  return value
}

function shortText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, SHOWN)
  const some = Array.isArray(value) ? value.slice(0, SHOWN) : value
  return (JSON.stringify(some) ?? '').slice(0, SHOWN)
}

const SHOWN = 200
