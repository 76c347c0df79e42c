/** Thousands of attempts to speak for another gateway against the real service, judged from outside by its API. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { RawPublisher } from '../../bench/raw-publisher.ts'
import { Random } from '../../fixtures/simulator/random.ts'
import { GatewayBook } from '../../model/gateway-book.ts'
import { runAdit, startAdit } from '../cli/run-adit.ts'
import { seedLedger } from '../cli/seed-ledger.ts'
import { ATTACKER, OWNED_METERS, OWNER, type Spoof, spoofOf } from './spoof-attempts.ts'
import { playSpoof } from './spoof-session.ts'

export interface SpoofRun {
  readonly attempts: number
  readonly kinds: Readonly<Record<string, number>>
  /** Granted by the edge, or found in what the service took. */
  readonly accepted: number
  readonly refusedAtEdge: number
  readonly keptInQuarantine: number
  /** Attempts that stand in no count. */
  readonly uncounted: number
  readonly complaints: readonly string[]
}

export interface SpoofRunOptions {
  readonly seed: string
  readonly attempts: number
  readonly say?: (line: string) => void
}

const AT_ONCE = 8
const QUARTER = 900

export async function runSpoofs({ seed, attempts, say = () => {} }: SpoofRunOptions): Promise<SpoofRun> {
  const data = mkdtempSync(join(tmpdir(), 'adit-spoofs-'))
  await seedLedger(data, OWNED_METERS)
  const [owner, thief] = [await passwordOf(OWNER, data), await passwordOf(ATTACKER, data)]
  const service = startAdit(['serve', '--data', data, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
  try {
    const addresses = /(http:\S+) {2}mqtt:\S+:(\d+)/.exec(await service.firstLine)
    if (!addresses) throw new Error('adit is not ready')
    const [http, port] = [addresses[1], Number(addresses[2])]
    const epoch = Math.floor(Date.now() / 1000 / QUARTER) * QUARTER - 1_920 * QUARTER
    const honest = new HonestGateway(await RawPublisher.connect(port, OWNER, owner, OWNER), epoch)
    await honest.send()
    const random = new Random(`spoofs/${seed}`)
    const spoofs = Array.from({ length: attempts }, (_, index) =>
      spoofOf(random, thief, epoch, index % AT_ONCE === 0 ? null : index),
    )
    const granted: string[] = []
    const play = async (lane: number) => {
      for (let index = lane; index < spoofs.length; index += AT_ONCE) {
        for (const what of await playSpoof(port, spoofs[index])) granted.push(`${spoofs[index].kind}: ${what} granted`)
        if (index % 1_000 === 0) say(`${index} of ${attempts}`)
        if (index % Math.ceil(attempts / 60) === 0) await honest.send()
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, (_, lane) => play(lane)))
    return await judge(http, spoofs, granted, honest)
  } finally {
    service.process.kill('SIGTERM')
    await service.ended
    rmSync(data, { recursive: true, force: true })
  }
}

/** Sends one interval of all its meters at a time, and knows what it sent. */
class HonestGateway {
  readonly publisher: RawPublisher
  readonly starts: number[] = []
  refused = 0
  readonly #epoch: number

  constructor(publisher: RawPublisher, epoch: number) {
    this.publisher = publisher
    this.#epoch = epoch
  }

  async send(): Promise<void> {
    const start = this.#epoch + QUARTER * this.starts.length
    this.starts.push(start)
    const readings = Array.from({ length: OWNED_METERS }, (_, meter) => [`m${meter}`, energyOf(meter, start)])
    const payload = JSON.stringify({ start: new Date(start * 1000).toISOString(), seconds: QUARTER, readings })
    if (!(await this.publisher.publish(`adit/v1/${OWNER}/readings`, Buffer.from(payload)))) this.refused++
  }
}

const energyOf = (meter: number, start: number) => 100 + meter + ((start / QUARTER) % 50)

async function passwordOf(gateway: string, data: string): Promise<string> {
  const added = await runAdit('gateway', 'add', gateway, '--data', data, '--json')
  return z.object({ password: z.string() }).parse(JSON.parse(added.stdout)).password
}

const Counts = z.array(z.object({ code: z.string(), count: z.int() }))
const Gateways = z.object({
  items: z.array(z.object({ gateway: z.string(), meters: z.int(), book: GatewayBook, edgeRefusals: Counts })),
  strangers: Counts,
})
const Profile = z.object({ start: z.array(z.int()), energyWh: z.array(z.number()), revisions: z.array(z.int()) })

async function judge(
  http: string,
  spoofs: readonly Spoof[],
  granted: readonly string[],
  honest: HonestGateway,
): Promise<SpoofRun> {
  const get = async (path: string): Promise<unknown> => await (await fetch(`${http}${path}`)).json()
  const complaints = [...granted]
  const kinds: Record<string, number> = {}
  for (const { kind } of spoofs) kinds[kind] = (kinds[kind] ?? 0) + 1
  const atEdge = spoofs.filter(({ counted }) => counted === 'edge').length
  const inQuarantine = spoofs.length - atEdge

  // refusals are written twice a second, a will is published when its connection is found gone
  let refusedAtEdge = 0
  let kept = 0
  let gateways = Gateways.parse(await get('/api/v1/gateways'))
  const of = (name: string) => gateways.items.find(({ gateway }) => gateway === name)
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await pause(100)) {
    const { pending } = z.object({ pending: z.int() }).parse(await get('/api/v1/summary'))
    gateways = Gateways.parse(await get('/api/v1/gateways'))
    const all = [...gateways.items.flatMap(({ edgeRefusals }) => edgeRefusals), ...gateways.strangers]
    refusedAtEdge = all.reduce((sum, { count }) => sum + count, 0)
    kept = of(ATTACKER)?.book.quarantined ?? 0
    if (pending === 0 && refusedAtEdge >= atEdge && kept >= inQuarantine) break
  }
  if (refusedAtEdge !== atEdge) complaints.push(`${atEdge} attempts at the edge, ${refusedAtEdge} refusals counted`)
  if (kept !== inQuarantine) complaints.push(`${inQuarantine} payloads for foreign meters, ${kept} values in quarantine`)

  let accepted = granted.length
  const own = of(OWNER)?.book
  const sent = honest.starts.length * OWNED_METERS
  if (honest.refused > 0 || honest.publisher.closed) complaints.push(`the owner's connection was cut`)
  if (own?.received !== sent || own.stored !== sent)
    complaints.push(`the owner sent ${sent}, its book says ${JSON.stringify(own)}`)
  if (own && own.received > sent) accepted += own.received - sent
  const thief = of(ATTACKER)
  if (thief?.meters !== 0 || thief.book.received !== thief.book.quarantined)
    complaints.push(`taken from the thief: ${JSON.stringify(thief)}`)
  const [from, to] = [honest.starts[0] - 86_400, honest.starts[0] + 20 * 86_400].map((at) => new Date(at * 1000).toISOString())
  for (let meter = 0; meter < OWNED_METERS; meter++) {
    const { start, energyWh, revisions } = Profile.parse(
      await get(`/api/v1/usage-points/P${meter}/load-profile?from=${from}&to=${to}`),
    )
    const expected = honest.starts.map((at) => energyOf(meter, at))
    const foreign = start.filter((at, row) => !honest.starts.includes(at) || energyWh[row] !== energyOf(meter, at)).length
    accepted += foreign
    if (!isDeepStrictEqual(energyWh, expected) || revisions.some((count) => count !== 1))
      complaints.push(`m${meter}: ${energyWh.join()}`)
  }
  const uncounted = Math.max(0, atEdge - refusedAtEdge) + Math.max(0, inQuarantine - kept)
  return { attempts: spoofs.length, kinds, accepted, refusedAtEdge, keptInQuarantine: kept, uncounted, complaints }
}
