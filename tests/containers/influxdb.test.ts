import { GenericContainer, Wait } from 'testcontainers'
import { describe } from 'vitest'
import { InfluxStore } from '../../src/stores/influx-store.ts'
import { describeReadingStore } from '../contracts/reading-store.ts'
import { setUpInfluxd } from '../servers/influxd.ts'
import { requireServer } from '../servers/require-server.ts'

const IMAGE = process.env.ADIT_TEST_IMAGE_INFLUXDB ?? 'influxdb:2.8'

describe.runIf(requireServer('container engine'))('InfluxDB in a container', () => {
  describeReadingStore('the InfluxDB store', async () => {
    const container = await new GenericContainer(IMAGE)
      .withEntrypoint(['influxd'])
      .withCommand(['--bolt-path=/tmp/influxd.bolt', '--engine-path=/tmp/engine', '--reporting-disabled'])
      .withExposedPorts(8086)
      .withWaitStrategy(Wait.forHttp('/health', 8086))
      .start()
    const url = `http://${container.getHost()}:${container.getMappedPort(8086)}`
    const access = await setUpInfluxd(url)
    const open = () =>
      new InfluxStore({
        url,
        ...access,
        idOf: (row) => `point-${row}`,
        onRefused: (reading, reason) => {
          throw new Error(`${JSON.stringify(reading)} was refused: ${reason}`)
        },
      })
    return {
      store: open(),
      reopen: async () => open(),
      discard: async () => {
        await container.stop()
      },
    }
  })
})
