import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InfluxHistory } from '../../../src/stores/influx-history.ts'
import { InfluxStore, type InfluxStoreOptions } from '../../../src/stores/influx-store.ts'
import { StoreUnavailable } from '../../../src/stores/store-unavailable.ts'
import { describeReadingHistory } from '../../contracts/reading-history.ts'
import { batchOf, DAY, describeReadingStore, plain, type Row } from '../../contracts/reading-store.ts'
import { freePort } from '../../servers/free-port.ts'
import { type Influxd, startInfluxd } from '../../servers/influxd.ts'
import { requireServer } from '../../servers/require-server.ts'

const ALL = [0, 2 ** 32 - 1] as const

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

  describeReadingHistory('the InfluxDB store', async () => {
    const server = await startInfluxd()
    const rowOf = (id: string) => Number(/^point-(\d+)$/.exec(id)?.[1])
    const idOf = (row: number) => `point-${row}`
    return {
      store: new InfluxStore({ ...server, idOf, onRefused: () => {} }),
      history: async (sliceRows) => new InfluxHistory({ ...server, rowOf, idOf, sliceRows }),
      discard: () => server.stop(),
    }
  })

  describe('the InfluxDB store in trouble', () => {
    let server: Influxd
    let refused: { start: number; reason: string }[] = []
    beforeAll(async () => {
      server = await startInfluxd()
    })
    afterAll(() => server.stop())

    const open = (options: Partial<InfluxStoreOptions> = {}) => {
      refused = []
      return new InfluxStore({
        ...server,
        idOf: (row) => `account ${row}, 台区=${row}`,
        onRefused: ({ start }, reason) => refused.push({ start, reason }),
        ...options,
      })
    }
    const rows = (usagePoint: number, count: number): Row[] =>
      Array.from({ length: count }, (_, row) => ({ usagePoint, start: DAY + row * 900, energyWh: row }))
    const troubleOf = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: unknown) => error,
      )

    test('one bad reading among thousands is refused alone, and all others are stored', async () => {
      const store = open()
      const sent = rows(1, 12_000)
      sent[7_777] = { ...sent[7_777], energyWh: Number.NaN }
      await store.append(batchOf(sent))
      expect(refused).toMatchObject([{ start: DAY + 7_777 * 900, reason: expect.stringContaining('parse') }])
      expect((await store.loadProfile(1, ...ALL)).start).toHaveLength(11_999)
    })

    test('an identifier of any letters comes back as itself', async () => {
      const store = open()
      await store.append(batchOf(rows(2, 3)))
      await store.append(batchOf(rows(22, 1)))
      expect(plain(await store.loadProfile(2, ...ALL)).map(({ energyWh }) => energyWh)).toEqual([0, 1, 2])
    })

    test('a wrong token is told as such, with what to do, and nothing is dropped silently', async () => {
      const error = await troubleOf(open({ token: 'wrong' }).append(batchOf(rows(3, 2))))
      expect(error).toBeInstanceOf(StoreUnavailable)
      expect(error).toMatchObject({ trouble: 'unauthorised', remedy: expect.stringContaining('store.token') })
      expect(await troubleOf(open({ token: 'wrong' }).loadProfile(3, ...ALL))).toMatchObject({ trouble: 'unauthorised' })
      expect(await open().loadProfile(3, ...ALL)).toMatchObject({ start: new Uint32Array() })
    })

    test('a bucket that does not exist is told as such', async () => {
      expect(await troubleOf(open({ bucket: 'nowhere' }).append(batchOf(rows(4, 2))))).toMatchObject({
        trouble: 'not-found',
        remedy: expect.stringContaining('nowhere'),
      })
    })

    test('nobody at the address is unreachable, a silent server is a timeout', async () => {
      const nobody = open({ url: `http://127.0.0.1:${await freePort()}` })
      expect(await troubleOf(nobody.append(batchOf(rows(5, 2))))).toMatchObject({ trouble: 'unreachable' })
      process.kill(server.pid, 'SIGSTOP')
      await expect.poll(() => threadStates(server.pid)).toEqual(['T'])
      const error = await troubleOf(open({ timeoutMs: 200 }).append(batchOf(rows(5, 2))))
      process.kill(server.pid, 'SIGCONT')
      expect(error).toMatchObject({ trouble: 'timeout' })
    })

    test('readings sent during an outage and again after it are all there, once', async () => {
      const store = open()
      const sent = batchOf(rows(6, 20_000))
      await server.interrupt()
      expect(await troubleOf(store.append(sent))).toMatchObject({ trouble: 'unreachable' })
      await server.resume()
      await store.append(sent)
      await store.append(sent)
      expect((await store.loadProfile(6, ...ALL)).start).toHaveLength(20_000)
    })

    test('a server killed in the middle of a batch keeps what it answered for, and takes the rest again', async () => {
      const store = open()
      await store.append(batchOf(rows(7, 1_000)))
      const sent = batchOf(rows(7, 60_000))
      const work = troubleOf(store.append(sent))
      process.kill(server.pid, 'SIGKILL')
      expect(await work).toBeInstanceOf(StoreUnavailable)
      await server.interrupt()
      await server.resume()
      expect((await store.loadProfile(7, ...ALL)).start.length).toBeGreaterThanOrEqual(1_000)
      await store.append(sent)
      expect((await store.loadProfile(7, ...ALL)).start).toHaveLength(60_000)
    })

    test('a reading older than the bucket keeps is refused by itself, the others stay', async () => {
      await shortRetention(server, 'short')
      const now = Math.floor(Date.now() / 1000)
      const store = open({ bucket: 'short' })
      await store.append(
        batchOf([
          { usagePoint: 8, start: now, energyWh: 1 },
          { usagePoint: 8, start: now - 400_000, energyWh: 2 },
        ]),
      )
      expect(refused).toMatchObject([{ start: now - 400_000, reason: expect.stringContaining('retention') }])
      expect(plain(await store.loadProfile(8, ...ALL))).toMatchObject([{ energyWh: 1 }])
      refused = []
      await store.append(batchOf(rows(8, 3_000).map((row) => ({ ...row, start: now - 400_000 - row.energyWh * 900 }))))
      expect(refused).toHaveLength(3_000)
    })
  })
})

async function shortRetention({ url, token, org }: Influxd, name: string): Promise<void> {
  const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' }
  const { orgs } = await (await fetch(`${url}/api/v2/orgs?org=${org}`, { headers })).json()
  const body = JSON.stringify({ orgID: orgs[0].id, name, retentionRules: [{ type: 'expire', everySeconds: 86_400 }] })
  expect((await fetch(`${url}/api/v2/buckets`, { method: 'POST', headers, body })).status).toBe(201)
}

/** What the threads of a process are in, each state once: a signal reaches one after the other. */
function threadStates(pid: number): string[] {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const stateOf = (task: string) => /\) (\S)/.exec(readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8'))?.[1] ?? ''
  return [...new Set(tasks.map(stateOf))]
}
