import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { startInfluxd } from './influxd.ts'
import { startMosquitto } from './mosquitto.ts'
import { requireServer, serverPath } from './require-server.ts'

describe.runIf(requireServer('influxd'))('the InfluxDB of the tests', () => {
  test('answers a write with its token, and keeps it over an outage', async () => {
    const { url, token, org, bucket, interrupt, resume, stop } = await startInfluxd()
    const headers = { authorization: `Token ${token}` }
    const write = await fetch(`${url}/api/v2/write?org=${org}&bucket=${bucket}&precision=s`, {
      method: 'POST',
      headers,
      body: 'reading,usage_point=a energy_wh=1 1700000000',
    })
    expect(write.status).toBe(204)
    await interrupt()
    await expect(fetch(`${url}/health`)).rejects.toThrow()
    await resume()
    const query = await fetch(`${url}/api/v2/query?org=${org}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/vnd.flux' },
      body: `from(bucket:"${bucket}") |> range(start: 0)`,
    })
    expect(await query.text()).toContain('energy_wh')
    await stop()
  })
})

describe.runIf(requireServer('mosquitto') && requireServer('mosquitto_pub'))('the Mosquitto of the tests', () => {
  test('takes a message from a known user and refuses a wrong password', async () => {
    const broker = await startMosquitto({ users: { gateway: 'right' } })
    const publish = (password: string) =>
      promisify(execFile)(serverPath('mosquitto_pub'), [
        ...['-h', '127.0.0.1', '-p', String(broker.port), '-q', '1'],
        ...['-u', 'gateway', '-P', password, '-t', 'adit/v1/gateway/readings', '-m', '{}'],
      ])
    await publish('right')
    await expect(publish('wrong')).rejects.toThrow()
    expect(broker.log()).toContain('adit/v1/gateway/readings')
    await broker.stop()
  })
})
