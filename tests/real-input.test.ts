/**
 * Real loads beside real mines through mosquitto_pub → Mosquitto → adit serve → real InfluxDB 2. `node
 * bench/real-input.ts` prints the same as a table.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { readRealLoads } from '../bench/real/real-loads.ts'
import { judgeReal, type LoadVerdict } from '../bench/real/real-verdict.ts'
import { type ReplayResult, replay } from '../bench/real/replay.ts'
import { requireSharedData } from '../bench/real/shared-data.ts'
import { requireServer } from './servers/require-server.ts'

const there =
  requireSharedData() && [requireServer('influxd'), requireServer('mosquitto'), requireServer('mosquitto_pub')].every(Boolean)

describe.runIf(there)('five gyms and a building beside closed mines', () => {
  let result: ReplayResult
  let verdicts: readonly LoadVerdict[]
  beforeAll(async () => {
    const loads = readRealLoads()
    result = await replay(loads)
    verdicts = judgeReal(loads, result.alerts)
  }, 600_000)

  test('InfluxDB holds as many readings as were sent, also after everything was sent twice', () => {
    expect(result.sent).toBe(15 * 17_568 + 5_472 - 743)
    expect(result.stored).toEqual([result.sent, result.sent])
  })

  test('a second replay changes no alert by a byte', () => {
    expect(result.unchanged).toBe(true)
  })

  test('unchanged loads raise at most one alert of flat load or night surge in ten point-months', () => {
    const unchanged = verdicts.filter(({ load }) => load.variant === 'unchanged')
    const months = unchanged.reduce((sum, one) => sum + one.months, 0)
    const wrong = unchanged.flatMap((one) => one.wrong)
    expect(months).toBeGreaterThan(30)
    expect(wrong.length).toBeLessThanOrEqual(months / 10)
  })

  test.for([
    ['pump', 5],
    ['mill', 10],
  ] as const)('a spliced %s is alerted within %i days in every gym', ([variant, days]) => {
    const delays = verdicts
      .filter(({ load }) => load.variant === variant)
      .map(({ load, delay }) => [load.name, delay ?? Number.POSITIVE_INFINITY] as const)
    expect(delays).toHaveLength(5)
    expect(delays.filter(([, delay]) => delay > days)).toEqual([])
  })
})
