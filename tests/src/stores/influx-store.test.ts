import { describe } from 'vitest'
import { InfluxStore } from '../../../src/stores/influx-store.ts'
import { describeReadingStore } from '../../contracts/reading-store.ts'
import { startInfluxd } from '../../servers/influxd.ts'
import { requireServer } from '../../servers/require-server.ts'

describe.runIf(requireServer('influxd'))('on a real InfluxDB 2', () => {
  describeReadingStore('the InfluxDB store', async () => {
    const server = await startInfluxd()
    const open = () =>
      new InfluxStore({
        ...server,
        idOf: (row) => `point-${row}`,
        onRefused: (reading, reason) => {
          throw new Error(`${JSON.stringify(reading)} was refused: ${reason}`)
        },
      })
    return { store: open(), reopen: async () => open(), discard: () => server.stop() }
  })
})
