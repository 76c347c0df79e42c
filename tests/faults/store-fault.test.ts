import { describe, expect, test } from 'vitest'
import { requireServer } from '../servers/require-server.ts'
import { runStoreFaults } from './store-run.ts'

/** Half a minute on a quiet machine; this is for a busy one. */
const PATIENCE = 300_000
const seed = process.env.FAULT_SEED ?? String(Math.floor(Math.random() * 1_000_000))

describe.runIf(requireServer('influxd'))('when InfluxDB fails in every way it can', () => {
  test('every reading stands there once, and a row that it will not take is in quarantine alone', {
    timeout: PATIENCE,
  }, async () => {
    const story: string[] = []
    const run = await runStoreFaults({ seed, days: 7, pause: 100, downShare: 0.2, say: (line) => story.push(line) })
    const told = `seed ${seed}\n${story.join('\n')}`
    console.log(
      `seed ${seed}: ${run.points} points, ${run.lost} lost, ${run.doubled} doubled, ${run.mostResidentMiB} MiB at most`,
    )
    expect(run.complaints, told).toEqual([])
    expect({ lost: run.lost, doubled: run.doubled }, told).toEqual({ lost: 0, doubled: 0 })
    expect(
      run.faults.filter(({ fault, met }) => met === 0 && fault !== 'down'),
      told,
    ).toEqual([])
    expect(
      run.faults.filter(({ acknowledged }) => acknowledged === 0),
      told,
    ).toEqual([])
    expect(run.points, told).toBeGreaterThan(50_000)
  })
})
