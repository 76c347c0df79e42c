/**
 * What judging an area again costs: 76 meters and their transformer's over 90 days, stored among those of other areas.
 * node bench/late-truth.ts [areas] [embedded|influxdb]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { DetectorBank } from '../detectors/detector-bank.ts'
import { judgeAgain } from '../detectors/judge-again.ts'
import { makeWorld } from '../fixtures/simulator/world.ts'
import { areasOf, minesOf, usagePointsOf } from '../fixtures/simulator/world-records.ts'
import { ReadingBatchBuilder } from '../model/reading-batch.ts'
import { Config, clockOf } from '../src/config.ts'
import { buildLedger } from '../src/ledger/build-ledger.ts'
import { openHistory } from '../src/open-history.ts'
import { openStore } from '../src/open-store.ts'
import { StoreRefusals } from '../src/store-refusals.ts'
import { startInfluxd } from '../tests/servers/influxd.ts'

const [areas = '8', kind = 'embedded'] = process.argv.slice(2)
const DAYS = 90
const SECONDS = 900
const directory = mkdtempSync(join(tmpdir(), 'adit-bench-late-'))
const influxd = kind === 'influxdb' ? await startInfluxd() : undefined
try {
  const { url, org, bucket, token } = influxd ?? {}
  const config = Config.parse(influxd === undefined ? {} : { store: { kind, url, org, bucket, token } })
  const world = makeWorld({
    seed: 'late',
    areas: Number(areas),
    usersPerArea: 76,
    days: DAYS,
    startDate: '2026-07-01',
    seconds: SECONDS,
    sites: 4,
  })
  const ledger = buildLedger(usagePointsOf(world), areasOf(world), minesOf(world), [])
  const store = await openStore(config.store, {
    directory,
    idOf: (row) => ledger.usagePoints.id[row],
    refusals: new StoreRefusals({ keep() {} }),
    log: pino({ level: 'error' }),
  })
  const bank = new DetectorBank(config.detectors, clockOf(config), ledger)
  const inOrder = [...world.meters].sort((a, b) => (a.meter < b.meter ? -1 : 1))
  const rows = inOrder.map(({ columns }, row) => ({ row, energyWh: columns.energyWh }))
  const batch = new ReadingBatchBuilder(rows.length * 4)
  const begin = world.scene.calendar.startUtc
  for (let slot = 0; slot < DAYS * 96; slot += 4) {
    batch.clear()
    for (let at = slot; at < slot + 4; at++)
      for (const { row, energyWh } of rows)
        if (!Number.isNaN(energyWh[at])) batch.add(row, begin + at * SECONDS, SECONDS, energyWh[at], Number.NaN, 0, 0, 1)
    bank.take(batch)
    await store.append(batch)
    bank.judge()
    if (slot % (96 * 2) === 0) await store.flush()
  }
  await store.flush()
  const history = await openHistory(config.store, directory, ledger)
  for (let area = 0; area < Math.min(6, ledger.areas.length); area++) {
    const members = rows.filter(({ row }) => ledger.usagePoints.area[row] === area)
    batch.clear()
    for (const { row } of members) batch.add(row, begin + 86_400 * 20, SECONDS, 100_000, Number.NaN, 0, 0, 2)
    bank.take(batch)
    await store.append(batch)
    await store.flush()
    const [key] = bank.late.keys
    if (key === undefined) continue
    const began = performance.now()
    const cpu = process.cpuUsage()
    const again = await judgeAgain(bank, key, (some, from, to) => history.scan(from, to, some))
    const { user, system } = process.cpuUsage(cpu)
    const seconds = (performance.now() - began) / 1000
    console.log(
      `area of ${members.length} usage points: ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} CPU s, ${again?.alerts.length} alerts changed, RSS ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
    )
  }
  await history.close()
  await store.close()
} finally {
  await influxd?.stop()
  rmSync(directory, { recursive: true, force: true })
}
