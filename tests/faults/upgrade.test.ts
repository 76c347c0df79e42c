import { expect, test } from 'vitest'
import { hasCommit, OLDER, runUpgrade } from './upgrade.ts'

const seed = process.env.FAULT_SEED ?? String(Math.floor(Math.random() * 1_000_000))
if (!hasCommit(OLDER)) console.warn(`SKIPPED  upgrade and rollback: this clone has no commit ${OLDER}; fetch all of its history`)

test.skipIf(!hasCommit(OLDER))(
  'a data directory of an older program is taken over and given back under load: each ends with its own verdict on all that was ever acknowledged',
  { timeout: 600_000 },
  async () => {
    const { rolledBack, upgraded, shares } = await runUpgrade(OLDER, seed, 14)
    const told = `seed ${seed}: acknowledged by the older, this and the older program: ${shares.join(', ')}`
    console.log(told)
    for (const { complaints, lost, doubled, alerts } of [rolledBack, upgraded]) {
      expect(complaints, told).toEqual([])
      expect({ lost, doubled }, told).toEqual({ lost: 0, doubled: 0 })
      expect(alerts, told).toBeGreaterThanOrEqual(1)
    }
    expect(Math.min(...shares), told).toBeGreaterThan(1_000)
  },
)
