import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DetectorBank } from '../../detectors/detector-bank.ts'
import type { Alert } from '../../model/alert.ts'
import { type EndDeviceEvent, EVENT_CODES } from '../../model/end-device-event.ts'
import { bytesOf } from '../../src/checkpoint.ts'
import { bankOf, batchOf, hamlet, type Reading } from './county.ts'
import { type Load, quarters } from './play.ts'
import { counting, event, household, noise, uncounted, workshop } from './tampering.ts'

const HOMES = 7
const DAYS = 18
const SLOTS = 96
const ledger = hamlet(HOMES)

/** A packet holds readings or an event. */
type Packet = { readonly reading: Reading } | { readonly event: EndDeviceEvent }

const events = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: HOMES }),
    fc.integer({ min: 0, max: DAYS - 1 }),
    fc.double({ min: 0, max: 23.9, noNaN: true }),
    fc.constantFrom(...EVENT_CODES),
  ),
  { maxLength: 25 },
)
const crime = fc.record({
  events,
  share: fc.constantFrom(0.1, 0.25, 0.33),
  fromDay: fc.integer({ min: 9, max: 13 }),
  bypassed: fc.boolean(),
  code: fc.constantFrom('terminal-cover-opened' as const, 'magnetic-field' as const, 'phase-loss' as const),
  silentFrom: fc.integer({ min: 5, max: 16 }),
  again: fc.constantFrom(0, 1, 3),
  seed: fc.integer(),
})

/** Who is silent at night, whose meter counts less, whose days come back. */
function packetsOf({
  share,
  fromDay,
  bypassed,
  code,
  silentFrom,
  again,
  ...drawn
}: typeof crime extends fc.Arbitrary<infer T> ? T : never) {
  const shop = workshop(0)
  const repeated: Load = (day, hour, slot) =>
    household(1)(again > 0 && day >= 11 ? 11 - again + ((day - 11) % again) : day, hour, slot % SLOTS)
  const homes = [counting(share, fromDay, shop), repeated, ...[2, 3, 4, 5, 6].map(household)]
  const packets: Packet[] = []
  const told = [
    event(0, fromDay, 1, code),
    ...drawn.events.map(([row, day, hour, kind]) => event(row, day, Math.floor(hour), kind)),
  ]
  for (const one of told) packets.push({ event: one })
  let slot = 0
  for (const readings of quarters(DAYS, homes, bypassed ? uncounted(share, fromDay, shop) : undefined)) {
    const [day, hour] = [Math.floor(slot / SLOTS), (slot % SLOTS) / 4]
    for (const reading of readings) {
      const silent = day >= silentFrom && hour >= 9 && hour < 17 && (reading.row === 2 || reading.row === 3)
      if (!silent) packets.push({ reading })
    }
    slot++
  }
  return packets
}

/** What whoever kept the newest of every alert has at the end, as the alert store does; withdrawn ones are gone. */
function judged(batches: Iterable<readonly Packet[]>): Alert[] {
  const bank = bankOf(ledger)
  const told = new Map<string, Alert>()
  for (const packets of batches) {
    for (const alert of take(bank, packets)) told.set(alert.id, alert)
  }
  return [...told.values()].filter(({ probability }) => probability > 0).sort(byId)
}

function take(bank: DetectorBank, packets: readonly Packet[]): Alert[] {
  bank.take(batchOf(packets.flatMap((packet) => ('reading' in packet ? [packet.reading] : []))))
  bank.takeEvents(packets.flatMap((packet) => ('event' in packet ? [packet.event] : [])))
  return bank.judge()
}

function byId(a: Alert, b: Alert): number {
  return a.id < b.id ? -1 : 1
}

/** Readings less than a day late, events whenever, some of both twice, cut anywhere. */
function* disorder(packets: readonly Packet[], seed: number): Iterable<Packet[]> {
  let lots = 0
  const random = () => noise(seed, lots++)
  const last = packets[packets.length - 1]
  const end = 'reading' in last ? last.reading.start : 0
  const sent = packets.flatMap((packet) => {
    const at = () =>
      'reading' in packet ? packet.reading.start + (random() < 0.5 ? 0 : random() * 23.7 * 3_600) : end - random() * DAYS * 86_400
    return random() < 0.05
      ? [
          { at: at(), packet },
          { at: at(), packet },
        ]
      : [{ at: at(), packet }]
  })
  sent.sort((a, b) => a.at - b.at)
  for (let from = 0; from < sent.length; ) {
    const length = 1 + Math.floor(random() * 600)
    yield sent.slice(from, from + length).map(({ packet }) => packet)
    from += length
  }
}

test('any order, batching and repetition of events and readings gives the same alerts, byte for byte', () => {
  const reasons = new Map<string, number>()
  fc.assert(
    fc.property(crime, (drawn) => {
      const packets = packetsOf(drawn)
      const inOrder = judged([packets])
      expect(JSON.stringify(judged(disorder(packets, drawn.seed)))).toBe(JSON.stringify(inOrder))
      for (const { reasons: told } of inOrder)
        for (const { detector } of told) reasons.set(detector, (reasons.get(detector) ?? 0) + 1)
    }),
    { numRuns: 60 },
  )
  // the property would be empty if no class was ever alerted
  for (const reason of ['tamper-drop', 'tamper-silence', 'tamper-replay', 'tamper-cover', 'tamper-magnet', 'tamper-area']) {
    expect(reasons.get(reason), reason).toBeGreaterThan(3)
  }
})

test('what was reported, fell, repeated itself or was silent is in the snapshot', () => {
  const packets = packetsOf({
    share: 0.25,
    fromDay: 10,
    bypassed: true,
    code: 'magnetic-field',
    silentFrom: 8,
    again: 3,
    events: [],
    seed: 1,
  })
  const whole = bankOf(ledger)
  take(whole, packets)
  const routes = whole.alerts().filter(({ route }) => route === 'tampered')
  expect(new Set(routes.map(({ reasons }) => reasons[0].detector)).size).toBeGreaterThanOrEqual(3)
  for (const cut of [50, 7_000, 9_400, 11_000]) {
    const first = bankOf(ledger)
    take(first, packets.slice(0, cut))
    const parts = first.snapshot()
    const second = bankOf(ledger)
    second.restore((name) => {
      const part = parts.get(name)
      return part === undefined ? undefined : bytesOf(part).slice()
    })
    take(second, packets.slice(cut))
    expect(JSON.stringify(second.alerts().sort(byId))).toBe(JSON.stringify(whole.alerts().sort(byId)))
  }
})

const loss = fc.record({
  /** Lost one by one. */
  share: fc.constantFrom(0, 0.02, 0.1, 0.3),
  /** Gateways that fail: from an hour on, for some hours, for the meters of a mask; the last bit is the area's own. */
  bursts: fc.array(
    fc.record({
      from: fc.integer({ min: 0, max: DAYS * 24 - 1 }),
      hours: fc.integer({ min: 1, max: 72 }),
      meters: fc.constantFrom(0xff, 0xff, 0x7f, 0x80, 0x0f, 0xf0, 0x03, 0x11),
    }),
    { maxLength: 8 },
  ),
  seed: fc.integer(),
})

function afterLoss(
  packets: readonly Packet[],
  { share, bursts, seed }: typeof loss extends fc.Arbitrary<infer T> ? T : never,
): Packet[] {
  const start = Math.min(...packets.map((packet) => ('reading' in packet ? packet.reading.start : Number.POSITIVE_INFINITY)))
  return packets.filter((packet, index) => {
    if (noise(seed, index) < share) return false
    if (!('reading' in packet)) return true
    const { row, start: at } = packet.reading
    const hour = (at - start) / 3_600
    return !bursts.some(({ from, hours, meters }) => hour >= from && hour < from + hours && (meters >> row) & 1)
  })
}

test('lost messages and failing gateways of an honest area raise no alert of tampering, whatever its meters report', () => {
  const homes = [workshop(0), ...[1, 2, 3, 4, 5, 6].map(household)]
  const readings: Packet[] = [...quarters(DAYS, homes)].flat().map((reading) => ({ reading }))
  fc.assert(
    fc.property(loss, events, (lost, told) => {
      const packets: Packet[] = [...told.map(([row, day, hour, code]) => ({ event: event(row, day, hour, code) })), ...readings]
      expect(judged([afterLoss(packets, lost)]).filter(({ route }) => route === 'tampered')).toEqual([])
    }),
    { numRuns: 150 },
  )
})

test('lost messages withhold or delay an alert of tampering, and create none', () => {
  const raised = (alerts: readonly Alert[]) => alerts.filter(({ route }) => route === 'tampered')
  let withheld = 0
  let kept = 0
  fc.assert(
    fc.property(crime, loss, (drawn, lost) => {
      // work that is reported explains an alert away: losing that message is no loss of readings
      const packets = packetsOf({ ...drawn, events: [] })
      const whole = raised(judged([packets]))
      const left = raised(judged([afterLoss(packets, lost)]))
      const subjects = new Set(whole.map(({ subject, reasons }) => `${subject.id} ${reasons[0].detector}`))
      for (const { subject, reasons } of left) expect(subjects).toContain(`${subject.id} ${reasons[0].detector}`)
      withheld += whole.length - left.length
      kept += left.length
    }),
    { numRuns: 80 },
  )
  expect(withheld).toBeGreaterThan(10)
  expect(kept).toBeGreaterThan(10)
})
