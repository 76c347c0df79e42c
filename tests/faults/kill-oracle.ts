/** Compares what gateways were told is safe with what the service has: through its API, and in its quarantine once it stopped. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { Quarantine } from '../../ingest/quarantine.ts'
import { Alert } from '../../model/alert.ts'
import { GatewayBook } from '../../model/gateway-book.ts'
import { dataFiles } from '../../src/data-directory.ts'
import { openAlerts } from '../../src/open-alerts.ts'
import type { GatewayFeed } from './gateway-feed.ts'
import { type Life, stopLife } from './killed-service.ts'
import { damageIn } from './live-and-die.ts'
import type { MeterTruth, Sent } from './sent-packets.ts'
import type { Trial } from './trial.ts'

export interface Comparison {
  readonly acknowledged: number
  readonly readings: number
  readonly poisoned: number
  readonly alerts: number
  /** Everything that is not as it should be, in words, the first few of each kind. */
  readonly complaints: readonly string[]
  /** Readings, and packets of the quarantine. */
  readonly lost: number
  readonly doubled: number
}

/** Of two runs together. */
export function added(one: Comparison, other: Comparison): Comparison {
  return {
    acknowledged: one.acknowledged + other.acknowledged,
    readings: one.readings + other.readings,
    poisoned: one.poisoned + other.poisoned,
    alerts: one.alerts + other.alerts,
    complaints: [...one.complaints, ...other.complaints],
    lost: one.lost + other.lost,
    doubled: one.doubled + other.doubled,
  }
}

const Summary = z.object({ pending: z.int() })
const Gateways = z.object({ items: z.array(z.object({ book: GatewayBook })) })
const Profile = z.object({ start: z.array(z.int()), energyWh: z.array(z.number()), revisions: z.array(z.int()) })
const Alerts = z.object({ items: z.array(Alert) })

/**
 * `before`: complaints of earlier lives. `refused`:
 * readings that the store was made to refuse, as `USAGE_POINT SECONDS`: they belong into quarantine, each alone.
 */
export async function compare(
  life: Life,
  trial: Trial,
  feed: GatewayFeed,
  before: readonly string[],
  refused: ReadonlySet<string> = new Set(),
): Promise<Comparison> {
  const { data, sent } = trial
  const get: Get = async (path) => await (await fetch(`${life.http}${path}`)).json()
  while (Summary.parse(await get('/api/v1/summary')).pending > 0) await pause(100)
  const found = new Findings()
  for (const complaint of before) found.complain(complaint)
  for (const [index, acknowledged] of feed.acknowledged.entries())
    if (acknowledged === 0) found.complain(`packet ${index} was never acknowledged`, 'never acknowledged')
  await compareReadings(sent, refused, get, found)
  await compareBooks(sent.readings - refused.size, readingsSent(sent, feed), get, found)
  const alerts = await compareAlerts(await trial.undisturbed, get, found)
  if (await stopLife(life)) found.complain('the last life did not stop in peace')
  for (const line of damageIn(life.service.told())) found.complain(line)
  await compareEvents(data, found)
  const poisoned = compareQuarantine(data, sent, feed, refused, found)
  await comparePackets(data, sent, feed, found)
  const { complaints, lost, doubled } = found
  return { acknowledged: feed.acknowledgements, readings: sent.readings, poisoned, alerts, complaints, lost, doubled }
}

/** Complaints of one kind that are told. */
const EACH_KIND = 5

class Findings {
  readonly #kinds = new Map<string, number>()
  readonly complaints: string[] = []
  lost = 0
  doubled = 0

  /** The first few of each kind. */
  complain(what: string, kind = what): void {
    const times = (this.#kinds.get(kind) ?? 0) + 1
    this.#kinds.set(kind, times)
    if (times <= EACH_KIND) this.complaints.push(what)
  }
}

type Get = (path: string) => Promise<unknown>

async function compareReadings({ truth }: Sent, refused: ReadonlySet<string>, get: Get, found: Findings): Promise<void> {
  for (const [usagePoint, all] of truth) {
    const { start, energyWh } = withoutRows(all, (at) => refused.has(`${usagePoint} ${at}`))
    if (start.length === 0) continue
    const [from, to] = [start[0], start[start.length - 1] + 1].map((seconds) => new Date(seconds * 1000).toISOString())
    const profile = Profile.parse(await get(`/api/v1/usage-points/${usagePoint}/load-profile?from=${from}&to=${to}`))
    const stored = new Map(profile.start.map((at, row) => [at, profile.energyWh[row]]))
    const missing = start.filter((at) => !stored.has(at))
    const changed = start.filter((at, row) => stored.has(at) && stored.get(at) !== energyWh[row])
    const corrected = profile.revisions.filter((revisions) => revisions !== 1)
    const sum = profile.energyWh.reduce((total, wh) => total + wh, 0)
    const expected = energyWh.reduce((total, wh) => total + wh, 0)
    found.lost += missing.length
    found.doubled += profile.start.length - stored.size
    if (missing.length > 0)
      found.complain(`${usagePoint}: ${missing.length} of ${start.length} readings lost, first ${missing[0]}`, 'lost')
    if (profile.start.length !== stored.size)
      found.complain(`${usagePoint}: ${profile.start.length - stored.size} doubled`, 'doubled')
    if (changed.length > 0) found.complain(`${usagePoint}: ${changed.length} readings with another energy`, 'changed')
    if (corrected.length > 0) found.complain(`${usagePoint}: ${corrected.length} intervals with revisions`, 'revisions')
    if (sum !== expected) found.complain(`${usagePoint}: ${sum} Wh stored, ${expected} Wh sent`, 'sum')
  }
}

function withoutRows({ start, energyWh }: MeterTruth, isLeftOut: (start: number) => boolean): MeterTruth {
  return {
    start: start.filter((at) => !isLeftOut(at)),
    energyWh: energyWh.filter((_, row) => !isLeftOut(start[row])),
  }
}

function readingsSent({ packets }: Sent, { sends }: GatewayFeed): number {
  return packets.reduce((sum, { readings }, index) => sum + readings * sends[index], 0)
}

async function compareBooks(readings: number, sent: number, get: Get, found: Findings): Promise<void> {
  const books = Gateways.parse(await get('/api/v1/gateways')).items.map(({ book }) => book)
  const stored = books.reduce((sum, book) => sum + book.stored, 0)
  if (stored !== readings) found.complain(`the books say ${stored} stored, it should be ${readings}`)
  const received = books.reduce((sum, book) => sum + book.received, 0)
  if (received > sent) found.complain(`the books say ${received} received, only ${sent} were sent, copies included`)
  if (stored > readings) found.doubled += stored - readings
  if (stored < readings) found.lost += readings - stored
  for (const book of books) {
    if (book.superseded > 0) found.complain(`${book.superseded} readings superseded that never changed`)
    if (book.received !== book.stored + book.duplicate + book.superseded + book.quarantined)
      found.complain(`a book does not balance: ${JSON.stringify(book)}`)
  }
}

/** Returns how many there are. */
async function compareAlerts(undisturbed: string, get: Get, found: Findings): Promise<number> {
  const listed = Alerts.parse(await get('/api/v1/alerts?state=all&limit=500')).items
  const live = new Map(listed.filter(({ probability }) => probability > 0).map((alert) => [alert.id, alert]))
  const lines = readFileSync(undisturbed, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const expected = new Map(lines.map((line) => Alert.parse(JSON.parse(line))).map((alert) => [alert.id, alert]))
  for (const [id, alert] of expected) {
    const other = live.get(id)
    if (!other) found.complain(`alert ${id} is missing`)
    else if (!isDeepStrictEqual(other, alert))
      found.complain(`alert ${id} differs:\n${JSON.stringify(other)}\n${JSON.stringify(alert)}`)
  }
  for (const id of live.keys()) if (!expected.has(id)) found.complain(`alert ${id} would not have been raised undisturbed`)
  return expected.size
}

/** Nobody is told the same twice. */
async function compareEvents(data: string, found: Findings): Promise<void> {
  const alerts = await openAlerts({ database: { kind: 'embedded' } }, dataFiles(data), async () => [])
  const told = new Set<string>()
  for (const { kind, alert } of await alerts.eventsAfter(0, 1_000_000)) {
    const text = JSON.stringify(kind === 'alert.raised' ? alert.id : [kind, alert])
    if (told.has(text)) found.complain(`${kind} of ${alert.id} was told twice`)
    told.add(text)
  }
  await alerts.close()
}

/** A packet that was sent twice may be refused twice, at two positions; never more often than it was sent, never not at all. */
function compareQuarantine(
  data: string,
  { packets }: Sent,
  feed: GatewayFeed,
  refused: ReadonlySet<string>,
  found: Findings,
): number {
  const quarantine = new Quarantine({ path: join(data, 'quarantine.db') })
  const rows = quarantine.list({ code: 'store-refused', limit: 1_000_000 }).map(({ field }) => rowOf(field))
  for (const row of refused) if (!rows.includes(row)) found.complain(`${row} was refused by the store and is not in quarantine`)
  for (const row of rows) if (!refused.has(row)) found.complain(`${row} is in quarantine and nothing is wrong with it`)
  const times = new Map<string, number>()
  const positions = new Set<number>()
  for (const { id, position, code } of quarantine.list({ limit: 1_000_000 })) {
    if (code === 'store-refused') continue
    const payload = Buffer.from(quarantine.get(id)?.payload ?? []).toString()
    times.set(payload, (times.get(payload) ?? 0) + 1)
    if (positions.has(position)) found.complain(`the packet at ${position} is in quarantine twice`)
    if (positions.has(position)) found.doubled++
    positions.add(position)
  }
  quarantine.close()
  let poisoned = 0
  for (const [index, { payload, poison }] of packets.entries()) {
    const kept = times.get(payload) ?? 0
    if (poison === undefined) {
      if (kept > 0) found.complain(`good packet ${index} is in quarantine`, 'good')
      continue
    }
    poisoned++
    if (kept === 0) {
      found.lost++
      found.complain(`${poison} is not in quarantine`, 'poison')
    }
    if (kept > feed.sends[index]) {
      found.doubled++
      found.complain(`${poison} is in quarantine ${kept} times, sent ${feed.sends[index]} times`)
    }
  }
  return poisoned
}

/** `POINT 2026-07-01T00:00:00.000Z` as `POINT SECONDS`. */
function rowOf(field: string): string {
  const [usagePoint, start] = field.split(' ')
  return `${usagePoint} ${Date.parse(start) / 1000}`
}

/** Everything can be judged again: journal and archive have each packet that was acknowledged, at positions without a gap. */
async function comparePackets(data: string, { packets }: Sent, feed: GatewayFeed, found: Findings): Promise<void> {
  const lost = (from: number, to: number) =>
    found.complain(`the packets at ${from} to ${to} are in neither journal nor archive`, 'gap')
  const reader = new SqliteJournalReader({ path: join(data, 'journal.db'), archive: join(data, 'archive'), lost })
  const last = reader.lastPosition()
  const kept = new Set<string>()
  for await (const slice of reader.readFrom(0, new AbortController().signal)) {
    for (const { payload } of slice.packets) kept.add(Buffer.from(payload).toString())
    if (slice.position >= last) break
  }
  reader.close()
  const gone = packets.filter(({ payload }, index) => feed.acknowledged[index] === 1 && !kept.has(payload)).length
  found.lost += gone
  if (gone > 0) found.complain(`${gone} acknowledged packets are in neither journal nor archive`)
}
