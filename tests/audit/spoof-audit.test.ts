import { expect, test } from 'vitest'
import type { AuditEntry } from '../../model/audit-record.ts'
import { SpoofAudit } from '../../src/audit/spoof-audit.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { scratchAudit } from './scratch-audit.ts'

const attempts = (gateway: string, count: number) => ({
  gateway,
  attempts: count,
  topic: 'adit/v1/other/readings',
  remote: '10.0.0.7:1',
})

function watched() {
  const audit = scratchAudit(scratchDirectory())
  const seen: AuditEntry[][] = []
  const clock = { at: 0 }
  let full = false
  const writer: typeof audit = {
    ...audit,
    append: async (entries) => {
      if (full) throw new Error('no space left')
      if (entries.length > 0) seen.push([...entries])
      return await audit.append(entries)
    },
  }
  const disk = (state: 'full' | 'free') => {
    full = state === 'full'
  }
  return { spoofs: new SpoofAudit(writer, () => clock.at), seen, clock, disk }
}

test('a gateway that speaks for another is recorded at once, and then once a minute with the count', async () => {
  const { spoofs, seen, clock } = watched()
  for (clock.at = 0; clock.at < 180_000; clock.at += 1_000) {
    spoofs.add([attempts('gw-1', 100)])
    if (clock.at === 30_000) spoofs.add([attempts('gw-2', 1)])
    await spoofs.record()
  }
  await spoofs.record(true)
  const counts = (gateway: string) =>
    seen.flat().flatMap(({ actor, detail }) => (actor === `gateway:${gateway}` ? [detail.attempts] : []))
  expect(counts('gw-1')).toEqual([100, 6_000, 6_000, 5_900])
  expect(counts('gw-2')).toEqual([1])
  expect(seen[0][0]).toMatchObject({ action: 'gateway.spoof', subject: 'adit/v1/other/readings', outcome: 'refused' })
})

test('what cannot be written is counted on and written later', async () => {
  const { spoofs, seen, disk } = watched()
  spoofs.add([attempts('gw-1', 3)])
  disk('full')
  await expect(spoofs.record()).rejects.toThrow(/no space/)
  spoofs.add([attempts('gw-1', 4)])
  disk('free')
  await spoofs.record()
  expect(seen.flat().map(({ detail }) => detail.attempts)).toEqual([7])
})
