import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TokenStore } from '../../src/api/tokens.ts'
import { startAdit } from '../cli/run-adit.ts'
import { Ext4Disk, requireDisks } from './ext4-disk.ts'
import { runPowerCuts } from './power-run.ts'

/** Twenty seconds on a quiet machine; this is for a busy one. */
const PATIENCE = 300_000
const seed = process.env.FAULT_SEED ?? String(Math.floor(Math.random() * 1_000_000))

describe.runIf(requireDisks())('when the power goes', () => {
  test('what was acknowledged is on the disk, and the service starts from it by itself', { timeout: PATIENCE }, async () => {
    const story: string[] = []
    const points = ['journal-deleted', 'checkpoint-renamed', 'puback-given', 'tail-placed', 'quarantine-kept'] as const
    const run = await runPowerCuts({ seed, cuts: 10, days: 8, points, say: (line) => story.push(line) })
    const told = `seed ${seed}\n${story.join('\n')}`
    console.log(`seed ${seed}: ${run.cuts} power cuts, ${run.packets} packets acknowledged, ${run.lost} lost`)
    expect(run.complaints, told).toEqual([])
    expect({ lost: run.lost, doubled: run.doubled }, told).toEqual({ lost: 0, doubled: 0 })
    expect(run.cuts, told).toBeGreaterThanOrEqual(8)
    expect(run.points.size, told).toBeGreaterThan(0)
    expect(run.packets, told).toBeGreaterThanOrEqual(10_000)
  })

  test('the first token is on the disk as soon as it is told', { timeout: PATIENCE }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'adit-power-'))
    const disk = Ext4Disk.create(directory, 256)
    onTestFinished(() => {
      disk.discard()
      rmSync(directory, { recursive: true, force: true })
    })
    const data = join(disk.path, 'data')
    const service = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
    await service.firstLine
    disk.cutPower()
    service.process.kill('SIGKILL')
    await service.ended
    disk.restore()
    expect(TokenStore.isShaped(readFileSync(join(data, 'admin-token'), 'utf8').trim())).toBe(true)
  })
})
