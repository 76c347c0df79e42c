import { GATEWAY_NAME } from './gateway-name.ts'

/** Canonical topics of contract.md: a gateway speaks only below its own name. */
export const CANONICAL_TOPICS: readonly string[] = ['adit/v1/{gateway}/#']

/** Which topics belong to which gateway. */
export interface TopicRules {
  /** The gateway that a topic names, or undefined when no rule knows the topic. */
  gatewayOf(topic: string): string | undefined
  /** Where a gateway may publish, for people to read. */
  topicsOf(gateway: string): string
  /** The rules as MQTT subscription filters. */
  readonly filters: readonly string[]
}

/**
 * Compiles patterns such as `adit/v1/{gateway}/#` or `county/{gateway}/+/load`: MQTT filters with one level written `{gateway}`.
 * Throws when a pattern lacks it or is no MQTT filter.
 */
export function compileTopicRules(patterns: readonly string[]): TopicRules {
  const rules = patterns.map(compile)
  return {
    gatewayOf(topic) {
      for (const rule of rules) {
        const gateway = match(rule, topic)
        if (gateway !== undefined) return gateway
      }
      return undefined
    },
    topicsOf: (gateway) => patterns.map((pattern) => pattern.replace('{gateway}', gateway)).join(' or '),
    filters: patterns.map((pattern) => pattern.replace('{gateway}', '+')),
  }
}

interface Rule {
  /** Literal beginning up to the gateway's level. */
  readonly prefix: string
  readonly before: readonly string[]
  readonly after: readonly string[]
}

function compile(pattern: string): Rule {
  const levels = pattern.split('/')
  const at = levels.indexOf('{gateway}')
  const misplaced = levels.some(
    (level, index) => /[#+]/.test(level) && !(level === '+' || (level === '#' && index === levels.length - 1)),
  )
  if (at < 0 || levels.indexOf('{gateway}', at + 1) >= 0 || misplaced || pattern.startsWith('$')) {
    throw new Error(
      `topic pattern "${pattern}": one whole level must be {gateway}, + stands for one level, # only at the end; for example adit/v1/{gateway}/#`,
    )
  }
  const before = levels.slice(0, at)
  const plain = before.every((level) => level !== '+')
  return { prefix: plain ? before.map((level) => `${level}/`).join('') : '', before, after: levels.slice(at + 1) }
}

function match({ prefix, before, after }: Rule, topic: string): string | undefined {
  // § 4.7.2: wildcards at the beginning do not stand for $…, under which our own packets travel
  if (!topic.startsWith(prefix) || topic.startsWith('$')) return undefined
  const levels = topic.split('/')
  for (let at = 0; at < before.length; at++) if (before[at] !== '+' && before[at] !== levels[at]) return undefined
  const gateway = levels[before.length]
  if (gateway === undefined || !GATEWAY_NAME.test(gateway)) return undefined
  const rest = levels.slice(before.length + 1)
  for (let at = 0; at < after.length; at++) {
    // § 4.7.1.2: # also stands for the level above it
    if (after[at] === '#') return gateway
    if (at >= rest.length || (after[at] !== '+' && after[at] !== rest[at])) return undefined
  }
  return rest.length === after.length ? gateway : undefined
}
