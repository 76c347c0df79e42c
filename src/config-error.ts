import type { z } from 'zod'
import { nearestName } from './nearest-name.ts'

/** Where the value at a dotted path came from: a file, a variable, the command line. */
export type Origin = (path: string) => string

/** The configuration is wrong; each line names a key, its value, what is allowed and where it came from. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    super(lines.join('\n'))
    this.lines = lines
  }

  static unknownNames(names: readonly string[], known: readonly string[], what: string): ConfigError {
    return new ConfigError(
      names.map((name) => {
        const nearest = nearestName(name, known)
        return `${name}: there is no such ${what}${nearest ? `; did you mean ${nearest}?` : ''}`
      }),
    )
  }
}

const SECRET = /password|secret$|token|key$/i

export function explain(error: z.ZodError, tree: unknown, origin: Origin, known: readonly string[]): ConfigError {
  return new ConfigError(
    error.issues.flatMap((issue) => {
      const path = issue.path.map(String)
      if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, origin, known))
      const name = path.join('.')
      const value = valueAt(tree, path)
      if (value === undefined) return [`${name}: is missing; ${allowed(issue)}`]
      const shown = SECRET.test(name) ? '(secret)' : withoutLogin(JSON.stringify(value, withoutSecret) ?? '').slice(0, 200)
      return [`${name} = ${shown}: ${allowed(issue)} (from ${origin(name)})`]
    }),
  )
}

function withoutSecret(key: string, value: unknown): unknown {
  return SECRET.test(key) ? '(secret)' : value
}

/** Who writes a password into an address must not find it in the log. */
function withoutLogin(text: string): string {
  return text.replaceAll(/:\/\/[^@"]*@/g, '://(secret)@')
}

function unknownKey(path: readonly string[], key: string, origin: Origin, known: readonly string[]): string {
  const prefix = path.length > 0 ? `${path.join('.')}.` : ''
  // what stands in a list is known by a star
  const place = prefix.replaceAll(/\.\d+\./g, '.*.')
  const siblings = known.filter((name) => name.startsWith(place) && !name.slice(place.length).includes('.'))
  const names = siblings.map((name) => name.slice(place.length))
  const nearest = nearestName(key, names)
  const remedy = nearest ? `did you mean ${prefix}${nearest}?` : `allowed: ${names.join(', ')}`
  return `${prefix}${key}: there is no such key; ${remedy} (from ${origin(`${prefix}${key}`)})`
}

function allowed(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`
  if (issue.code === 'too_small') return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
  if (issue.code === 'invalid_value') return `allowed: ${issue.values.join(', ')}`
  if (issue.code === 'invalid_type') return `must be ${issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}`
  if (issue.code === 'invalid_union' && issue.message.startsWith('Invalid ')) {
    return 'none of the allowed forms fits; kind is embedded or influxdb for store, embedded or postgresql for database'
  }
  return issue.message
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  let value = tree
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  return value
}
