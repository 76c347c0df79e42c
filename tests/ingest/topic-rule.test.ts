import { describe, expect, test } from 'vitest'
import { CANONICAL_TOPICS, compileTopicRules } from '../../ingest/topic-rule.ts'

describe('topic rules', () => {
  test.each([
    ['adit/v1/gw-1/readings', 'gw-1'],
    ['adit/v1/gw-1', 'gw-1'],
    ['adit/v1/gw-1/a/b/c', 'gw-1'],
    ['adit/v1/gw 1/readings', undefined],
    ['adit/v1//readings', undefined],
    ['adit/v1', undefined],
    ['adit/v2/gw-1/readings', undefined],
    ['$SYS/adit/v1/gw-1', undefined],
    [`adit/v1/${'x'.repeat(65)}/readings`, undefined],
  ])('the canonical rule reads the gateway of %s', (topic, gateway) => {
    expect(compileTopicRules(CANONICAL_TOPICS).gatewayOf(topic)).toBe(gateway)
  })

  test.each([
    ['meters/{gateway}/+/load', 'meters/g/7/load', 'g'],
    ['meters/{gateway}/+/load', 'meters/g/7/8/load', undefined],
    ['meters/{gateway}/+/load', 'meters/g/7', undefined],
    ['+/{gateway}', 'county/g', 'g'],
    ['+/{gateway}', 'county/g/more', undefined],
    ['{gateway}/telemetry', 'g/telemetry', 'g'],
    ['+/{gateway}/#', '$adit/import', undefined],
    ['+/{gateway}/#', '$adit/import/events', undefined],
  ])('%s reads %s', (pattern, topic, gateway) => {
    expect(compileTopicRules([pattern]).gatewayOf(topic)).toBe(gateway)
  })

  test.each([
    'adit/v1/readings',
    'adit/{gateway}/{gateway}',
    'adit/#/{gateway}',
    'adit/x{gateway}',
    'adit/{gateway}/a+',
    '$SYS/{gateway}',
  ])('refuses %s and shows a right one', (pattern) => {
    expect(() => compileTopicRules([pattern])).toThrow('adit/v1/{gateway}/#')
  })

  test('subscribes to what it can read, and tells a gateway its topics', () => {
    const rules = compileTopicRules(['adit/v1/{gateway}/#', 'meters/{gateway}/+/load'])
    expect(rules.filters).toEqual(['adit/v1/+/#', 'meters/+/+/load'])
    expect(rules.topicsOf('gw-1')).toBe('adit/v1/gw-1/# or meters/gw-1/+/load')
  })
})
