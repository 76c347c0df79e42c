import { EmbeddedStore } from '../../../src/stores/embedded-store.ts'
import { batchOf, DAY } from '../../contracts/reading-store.ts'

/** A process of its own that stores readings until it is killed; after each flush it prints how many are promised. */
const [directory = ''] = process.argv.slice(2)
const store = await EmbeddedStore.open({ directory, onSetAside: (file) => console.error(file) })
for (let written = 0; ; written += 50) {
  const rows = Array.from({ length: 50 }, (_, index) => {
    const reading = written + index
    return { usagePoint: reading % 7, start: DAY + Math.floor(reading / 7) * 900, energyWh: reading }
  })
  await store.append(batchOf(rows))
  await store.flush()
  process.stdout.write(`${written + 50}\n`)
}
