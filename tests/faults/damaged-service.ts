/** What a service has to do with a damaged file, as seen from outside. */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { Alert } from '../../model/alert.ts'
import type { DamageKind, FileKind } from './damage-file.ts'
import type { GatewayFeed } from './gateway-feed.ts'
import { gatewayName, type Life, stopLife } from './killed-service.ts'
import { complaintOf, MADE_ANEW } from './made-anew.ts'
import type { Trial } from './trial.ts'

const Health = z.object({ parts: z.array(z.object({ part: z.string(), status: z.string(), detail: z.string() })) })
const Summary = z.object({ pending: z.int() })
const Profile = z.object({ start: z.array(z.int()), energyWh: z.array(z.number()) })
const Alerts = z.object({ items: z.array(Alert) })
const REPORT = /is damaged|are damaged|is broken and was set aside|cannot be used|cannot be read any more/
const PATIENCE_MS = 20_000

export interface Examined {
  readonly reported: boolean
  /** It holds nothing that a start reads, and what stands in it afterwards is right. */
  readonly madeAnew: boolean
  readonly complaints: string[]
}

export async function examineDamaged(
  born: (data: string) => Promise<Life>,
  data: string,
  { kind, damage }: { readonly kind: FileKind; readonly damage: DamageKind },
  trial: Trial,
  feed: GatewayFeed,
): Promise<Examined> {
  const complaints: string[] = []
  let life: Life
  try {
    life = await born(data)
  } catch (error) {
    // a gateway whose row is gone cannot log in: it is to be registered again
    const refused = error instanceof Error && error.cause instanceof Error && /refused with code/.test(error.cause.message)
    if (kind.startsWith('gateways.db') && refused) return { reported: true, madeAnew: false, complaints }
    return {
      reported: false,
      madeAnew: false,
      complaints: [error instanceof Error ? error.message.slice(0, 300) : String(error)],
    }
  }
  const get = async (path: string): Promise<unknown> => await (await fetch(`${life.http}${path}`)).json()
  await allJudged(life)
  const madeAnew = MADE_ANEW.includes(kind)
  const wrong = await complaintOf(kind, data, life)
  if (wrong !== undefined) complaints.push(wrong)
  // a tail of the journal's log may be what was stored and released
  const maySilent = madeAnew || (kind === 'journal.db-wal' && damage !== 'one flipped bit')
  let reported = await waitForReport(life, get, maySilent)
  if (!reported && !maySilent) complaints.push('it is neither in the log nor in health')
  const missing = await differentReadings(trial, feed, kind === 'readings', get)
  // what was in the journal alone may be gone, once that is said
  const ofJournal = kind === 'journal.db' || kind === 'journal.db-wal'
  if (ofJournal && missing.length > 0) reported ||= await waitForReport(life, get, false)
  const mayLack = kind === 'readings' || (ofJournal && reported)
  if (!mayLack || !ofJournal) complaints.push(...missing)
  if (!mayLack) complaints.push(...(await differentAlerts(trial, get)))
  const [publisher] = life.publishers
  if (!(await publisher.publish(`adit/v1/${gatewayName(0)}/readings`, Buffer.from('{"start":"x"}'))))
    complaints.push('a packet is not acknowledged')
  if (await stopLife(life)) complaints.push('it did not stop in peace')
  if (life.service.process.exitCode !== 0) complaints.push(`it ended with ${life.service.process.exitCode}`)
  return { reported, madeAnew: madeAnew && wrong === undefined, complaints }
}

export async function allJudged({ http }: Life): Promise<void> {
  const pending = async () => Summary.parse(await (await fetch(`${http}/api/v1/summary`)).json()).pending
  while ((await pending()) > 0) await pause(50)
}

/** In the log, and in health where somebody has to do something. */
async function waitForReport(life: Life, get: (path: string) => Promise<unknown>, briefly: boolean): Promise<boolean> {
  const deadline = performance.now() + (briefly ? 0 : PATIENCE_MS)
  for (;;) {
    const { parts } = Health.parse(await get('/api/v1/health'))
    const inHealth = parts.some(({ part, status }) => (part === 'files' || part === 'journal') && status === 'warn')
    const inLog = REPORT.test(life.service.told())
    // a checkpoint is made again by itself
    if (inLog && (inHealth || /the checkpoint cannot be used/.test(life.service.told()))) return true
    if (performance.now() > deadline) return false
    await pause(50)
  }
}

/** What is there is right, and all of it is there, but for a damaged file's own. */
async function differentReadings({ sent }: Trial, feed: GatewayFeed, mayLack: boolean, get: (path: string) => Promise<unknown>) {
  const found: string[] = []
  const unsent = sent.packets
    .filter((_, index) => feed.acknowledged[index] === 0)
    .reduce((sum, { readings }) => sum + readings, 0)
  let missing = 0
  for (const [usagePoint, { start, energyWh }] of sent.truth) {
    if (start.length === 0) continue
    const [from, to] = [start[0], start[start.length - 1] + 1].map((seconds) => new Date(seconds * 1000).toISOString())
    const profile = Profile.parse(await get(`/api/v1/usage-points/${usagePoint}/load-profile?from=${from}&to=${to}`))
    const truth = new Map(start.map((at, row) => [at, energyWh[row]]))
    const wrong = profile.start.filter((at, row) => truth.get(at) !== profile.energyWh[row]).length
    if (wrong > 0) found.push(`${usagePoint}: ${wrong} readings are others`)
    missing += start.length - profile.start.length
  }
  if (!mayLack && missing > unsent) found.push(`${missing - unsent} readings are gone`)
  return found.slice(0, 3)
}

async function differentAlerts({ undisturbed }: Trial, get: (path: string) => Promise<unknown>): Promise<string[]> {
  const live = new Map(Alerts.parse(await get('/api/v1/alerts?state=all&limit=500')).items.map((alert) => [alert.id, alert]))
  const lines = readFileSync(await undisturbed, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const expected = lines.map((line) => Alert.parse(JSON.parse(line)))
  return expected.flatMap((alert) =>
    isDeepStrictEqual(live.get(alert.id), alert) ? [] : [`alert ${alert.id} is another or gone`],
  )
}
