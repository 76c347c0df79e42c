import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { archiveExtents } from '../../ingest/journal-archive.ts'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { checkBackup } from '../../src/backup/check-backup.ts'
import { takeBackup } from '../../src/backup/take-backup.ts'
import { loadConfig } from '../../src/config-sources.ts'
import { dataFiles } from '../../src/data-directory.ts'
import { EmbeddedHistory } from '../../src/stores/embedded-history.ts'
import { GatewayFeed } from './gateway-feed.ts'
import { bornLife } from './killed-service.ts'
import { prepareTrial } from './trial.ts'

const BACKUPS = 8
const some = expect.toSatisfy((count: number) => count > 0)

test('whenever a backup is taken, nothing in it is of a packet that its journal has not, and what its state has not the journal has', {
  timeout: 300_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'adit-moment-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const { sent, data, passwords } = await prepareTrial(14, directory)
  const life = await bornLife({ data, passwords, crash: null })
  const feed = new GatewayFeed(sent.packets)
  const config = loadConfig({ environment: {}, options: { data } })
  let taken = false
  const sending = (async () => {
    while (!taken && !feed.done) await feed.send(life, { quota: 2_000, patience: 60_000, pause: 30, repeat: false })
  })()
  await expect.poll(() => feed.acknowledgements).toBeGreaterThan(1_000)
  const seen: number[] = []
  let [alerts, refused, archived] = [0, 0, 0]
  for (let number = 0; number < BACKUPS; number++) {
    // from the first packets to nearly the last, however fast the machine: alerts come late in the story
    const share = (0.95 * (number + 1) * sent.packets.length) / BACKUPS
    await expect.poll(() => feed.done || feed.acknowledgements >= share, { timeout: 120_000 }).toBe(true)
    const before = feed.acknowledgements
    const out = join(directory, `backup-${number}`)
    const { manifest } = await takeBackup({ files: dataFiles(data), config, out, program: 'test', now: new Date() })
    expect((await checkBackup(out)).faults).toEqual([])
    const { position, released } = manifest.journal
    const state = manifest.checkpoint?.position ?? 0
    expect(position).toBeGreaterThanOrEqual(before)
    expect(state).toBeLessThanOrEqual(position)
    const tops = {
      readings: await newestReading(out),
      alerts: newest(out, 'alerts'),
      quarantine: newest(out, 'quarantine', 'refused'),
    }
    for (const [part, top] of Object.entries(tops)) expect(top, part).toBeLessThanOrEqual(position)
    const { last } = await archiveExtents(join(out, 'archive'), Number.POSITIVE_INFINITY)
    expect(last).toBeLessThanOrEqual(position)
    expect(await packetsAfter(out, 0, position)).toBe(position)
    // what the state says is stored is stored
    if (state > 0) expect(tops.readings).toBeGreaterThan(state - 20)
    seen.push(position)
    ;[alerts, refused, archived] = [alerts + Math.max(0, tops.alerts), refused + tops.quarantine, archived + released]
  }
  taken = true
  await sending
  life.service.process.kill('SIGKILL')
  await life.service.ended
  // moments of a service that stood still would prove nothing
  expect(new Set(seen).size).toBeGreaterThan(BACKUPS / 2)
  expect({ alerts, refused, archived }).toEqual({ alerts: some, refused: some, archived: some })
})

function newest(backup: string, database: string, table = database): number {
  const file = new DatabaseSync(join(backup, `${database}.db`), { readOnly: true })
  const row = file.prepare(`SELECT coalesce(max(position), 0) AS position FROM ${table}`).get()
  file.close()
  return Number(row?.position)
}

async function newestReading(backup: string): Promise<number> {
  const history = await EmbeddedHistory.open({ directory: join(backup, 'readings') })
  let top = 0
  for await (const { columns, length } of history.scan(0, 2 ** 32)) {
    for (let row = 0; row < length; row++) top = Math.max(top, columns.position[row])
  }
  await history.close()
  return top
}

/** How many of the packets after `after` can be read, from archive and journal, none missing in between. */
async function packetsAfter(backup: string, after: number, until: number): Promise<number> {
  const lost: [number, number][] = []
  const journal = new SqliteJournalReader({
    path: join(backup, 'journal.db'),
    archive: join(backup, 'archive'),
    lost: (from, to) => lost.push([from, to]),
  })
  const enough = new AbortController()
  let packets = 0
  for await (const slice of journal.readFrom(after, enough.signal)) {
    packets += slice.packets.length
    if (slice.position >= until) enough.abort()
  }
  journal.close()
  expect(lost).toEqual([])
  return packets
}
