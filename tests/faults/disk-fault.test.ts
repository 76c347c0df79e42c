import { describe, expect, test } from 'vitest'
import { runDiskFaults } from './disk-run.ts'
import { requireDisks } from './ext4-disk.ts'
import { runRefusedWrites } from './refused-writes.ts'

/** Half a minute each on a quiet machine; this is for a busy one. */
const PATIENCE = 300_000
const seed = process.env.FAULT_SEED ?? String(Math.floor(Math.random() * 1_000_000))

describe.runIf(requireDisks())('when a disk is full, hangs or turns read-only', () => {
  test('nothing unwritten is acknowledged, gateways stay, and all goes on when there is room', {
    timeout: PATIENCE,
  }, async () => {
    const story: string[] = []
    const run = await runDiskFaults({ seed, fills: 5, days: 15, say: (line) => story.push(line) })
    const told = `seed ${seed}\n${story.join('\n')}`
    console.log(`seed ${seed}: disks filled ${JSON.stringify(run.fills)}, ${run.packets} packets, ${run.lost} lost`)
    expect(run.complaints, told).toEqual([])
    expect({ lost: run.lost, doubled: run.doubled }, told).toEqual({ lost: 0, doubled: 0 })
    expect(run.fills, told).toEqual({ all: 2, archive: 2, readings: 1 })
  })

  test('whatever write of the service it is that the disk refuses, all goes on within ten seconds of room, and nothing is lost', {
    timeout: PATIENCE,
  }, async () => {
    const story: string[] = []
    const run = await runRefusedWrites({ days: 12, say: (line) => story.push(line) })
    const told = story.join('\n')
    expect(run.complaints, told).toEqual([])
    expect({ lost: run.lost, doubled: run.doubled }, told).toEqual({ lost: 0, doubled: 0 })
    expect(
      Object.entries(run.refused).filter(([, times]) => times === 0),
      told,
    ).toEqual([])
    expect(Object.keys(run.refused)).toHaveLength(10)
    expect(run.alerts, told).toBeGreaterThanOrEqual(3)
  })
})
