import { describe, expect, test } from 'vitest'
import type { EventCode } from '../../model/end-device-event.ts'
import { ReadingQuality } from '../../model/reading-quality.ts'
import { hamlet, type Reading } from './county.ts'
import type { Load } from './play.ts'
import { counting, event, household, newest, noise, reading, type Story, tell, uncounted, workshop } from './tampering.ts'

const neighbours = [household(1), household(2), household(3), household(4), household(5)]
const shop = workshop(0)
/** A quarter of what is drawn is counted from day 12 on. */
const halted: Story = { days: 20, homes: [counting(0.25, 12, shop), ...neighbours] }
const tampered = (story: Story) => tell(story).filter(({ route }) => route === 'tampered')
const reasons = (story: Story) => tampered(story).flatMap((alert) => alert.reasons.map(({ detector }) => detector))
const opened = event(0, 11, 23, 'terminal-cover-opened')

describe('a meter that counts less after it reported', () => {
  test.each<[EventCode, string]>([
    ['terminal-cover-opened', 'tamper-cover'],
    ['meter-cover-opened', 'tamper-cover'],
    ['magnetic-field', 'tamper-magnet'],
    ['phase-loss', 'tamper-phase'],
    ['power-reversal', 'tamper-phase'],
    ['event-log-cleared', 'tamper-log'],
  ])('%s and a lasting drop of what is metered raise an alert near a mine', (code, reason) => {
    const [alert, ...others] = tampered({ ...halted, events: [event(0, 11, 23, code)] })
    expect(others).toEqual([])
    expect(alert.subject).toEqual({ kind: 'usage-point', id: 'U0' })
    expect(alert.reasons.map(({ detector }) => detector)).toEqual(expect.arrayContaining(['tamper-drop', 'reach', reason]))
    expect(alert.probability).toBeGreaterThanOrEqual(0.3)
    expect(alert.powerW).toBeGreaterThan(1_200)
  })

  test('the sentence names the event with its local time, in both languages', () => {
    const [{ reasons: told }] = tampered({ ...halted, events: [opened] })
    const { sentence } = told.find(({ detector }) => detector === 'tamper-cover') ?? told[0]
    expect(sentence.zh).toContain('U0 于3月14日 11:00开端钮盖')
    expect(sentence.en).toContain('terminal cover opened at U0 on 14 March 11:00')
  })

  test('the event alone says nothing, nor does the drop alone', () => {
    const codes: EventCode[] = ['terminal-cover-opened', 'magnetic-field', 'phase-loss', 'clock-adjusted', 'communication-lost']
    expect(tell({ days: 20, homes: [shop, ...neighbours], events: codes.map((code) => event(0, 11, 23, code)) })).toEqual([])
    expect(tell(halted)).toEqual([])
  })

  test('clock and communication weigh little by themselves; when the area supplies what the meter lost they do', () => {
    for (const code of ['clock-adjusted', 'module-removed'] as const) {
      const events = [event(0, 11, 23, code)]
      const reason = code === 'clock-adjusted' ? 'tamper-clock' : 'tamper-comms'
      expect(tampered({ ...halted, events }).filter(({ subject }) => subject.kind === 'usage-point')).toEqual([])
      const found = reasons({ ...halted, tap: uncounted(0.25, 12, shop), events })
      expect(found).toEqual(expect.arrayContaining([reason, 'tamper-area', 'tamper-drop']))
    }
  })

  test('what the area goes on supplying makes it nearly certain, and the area’s own alert names the meter', () => {
    const found = tampered({ ...halted, tap: uncounted(0.25, 12, shop), events: [opened] })
    expect(found.find(({ subject }) => subject.id === 'U0')?.probability).toBeGreaterThan(0.85)
    const area = found.find(({ subject }) => subject.kind === 'area')
    expect(area?.reasons.find(({ detector }) => detector === 'tamper-cover')?.sentence.en).toContain('U0')
  })

  test('work on the meter, a fault of the line, and no mine near: innocent', () => {
    expect(tampered({ ...halted, events: [opened, event(0, 11, 23.5, 'meter-exchanged')] })).toEqual([])
    const fault = [0, 1, 2].map((row) => event(row, 11, 23 + row / 10, 'phase-loss'))
    expect(tampered({ ...halted, events: fault })).toEqual([])
    expect(tampered({ ...halted, events: [opened], ledger: hamlet(6, false, []) })).toEqual([])
  })

  test('work that is reported only after all is over takes an alert back that was closed', () => {
    const back: Story = {
      days: 26,
      homes: [(day, hour, slot) => (shop(day, hour, slot) ?? 0) * (day >= 12 && day < 19 ? 0.25 : 1), ...neighbours],
    }
    const [closed] = tampered({ ...back, events: [opened] })
    expect(closed.clearedAt).not.toBeNull()
    const [withdrawn] = newest({ ...back, events: [opened] }, [event(0, 12, 1, 'meter-exchanged')])
    expect(withdrawn.id).toBe(closed.id)
    expect(withdrawn.probability).toBe(0)
    expect(withdrawn.history.at(-1)?.change).toBe('withdrawn')
  })

  test('a quarter in every hour, the rest of which the area supplies, is the multiplier’s matter while nobody was at the meter', () => {
    const rest = uncounted(0.25, 12, shop)
    expect(tell({ ...halted, tap: rest })).toEqual([])
    const opened = tampered({ ...halted, tap: rest, events: [event(0, 11, 23, 'meter-cover-opened')] })
    expect(opened.map(({ subject }) => subject.kind).sort()).toEqual(['area', 'usage-point'])
  })

  test('a cover opened where a load begins is the fitter’s while the meter counts it in full', () => {
    const pump: Load = (day, hour, slot) =>
      (household(6)(day, hour, slot) ?? 0) + (day >= 12 ? 7_000 * (1 + 0.01 * Math.sin(slot)) : 0)
    const half: Story = {
      days: 20,
      homes: [counting(0.5, 12, pump), ...neighbours],
      tap: uncounted(0.5, 12, pump),
      events: [opened],
    }
    const ofMeter = (story: Story) => tell(story).find(({ subject }) => subject.id === 'U0')
    const natsOf = (story: Story) => ofMeter(story)?.reasons.find(({ detector }) => detector === 'tamper-cover')?.nats
    const whole = { ...half, homes: [pump, ...neighbours], tap: () => 0 }
    expect([ofMeter(whole)?.route, natsOf(whole)]).toEqual(['metered', 0.3])
    expect([ofMeter(half)?.route, natsOf(half)]).toEqual(['tampered', 1.2])
  })

  test('an event of weeks before the drop is another matter', () => {
    expect(tampered({ ...halted, events: [event(0, 3, 2, 'terminal-cover-opened')] })).toEqual([])
  })
})

describe('meters that fall silent together', () => {
  const homes = [household(0), household(6), ...neighbours]
  const total = homes.length
  const night = (hour: number) => hour >= 9 && hour < 17
  const without = (rows: readonly number[]) => (readings: readonly Reading[]) => readings.filter(({ row }) => !rows.includes(row))
  /** Of days 10 to 17, from nine in the evening to five. */
  const silent =
    (rows: readonly number[], when: (day: number, hour: number) => boolean = (_, hour) => night(hour)): Story['comms'] =>
    (readings, day, hour) =>
      day >= 10 && day < 18 && when(day, hour) ? without(rows)(readings) : readings
  const story = (rows: readonly number[]): Story => ({ days: 22, homes, comms: silent(rows) })

  test('night after night, while the neighbours report, near a mine', () => {
    const [alert, ...others] = tampered(story([0, 1]))
    expect(others).toEqual([])
    expect(alert.subject).toEqual({ kind: 'area', id: 'T1' })
    expect(alert.reasons[0].detector).toBe('tamper-silence')
    expect(alert.reasons[0].sentence.en).toContain('U0, U1 fell silent together on')
    expect(alert.innocent?.kind).toBe('comms-fault')
    expect(alert.probability).toBeLessThan(0.6)
    expect(tell({ ...story([0, 1]), ledger: hamlet(total, false, []) })).toEqual([])
  })

  test('the area drawing more meanwhile is the mill behind the silence', () => {
    const mill = (day: number, hour: number) => (day >= 10 && day < 18 && night(hour) ? 9_000 : 0)
    const [alert] = tampered({ ...story([0, 1]), tap: mill }).filter(({ subject }) => subject.kind === 'area')
    expect(alert.probability).toBeGreaterThan(0.7)
    expect(alert.powerW).toBeGreaterThan(6_000)
  })

  test('one meter with the area’s own', () => {
    expect(reasons(story([0, total]))).toContain('tamper-silence')
  })

  test('one meter alone, or different ones each night, are a matter of the line', () => {
    expect(tell(story([0]))).toEqual([])
    const taking = (day: number) => [day % 7, (day + 3) % 7]
    const comms: Story['comms'] = (readings, day, hour) => (day >= 10 && night(hour) ? without(taking(day))(readings) : readings)
    expect(tell({ days: 17, homes, comms })).toEqual([])
  })

  test('an outage of the area and a dead concentrator silence all: nothing to be told', () => {
    const all = [...homes.map((_, row) => row), total]
    expect(tell(story(all))).toEqual([])
    // but for two meters of another line
    expect(tell(story(all.slice(2)))).toEqual([])
  })

  test('a branch whose meters report that their supply is gone is an outage', () => {
    const events = Array.from({ length: 8 }, (_, night) => [
      event(0, 10 + night, 9, 'power-down'),
      event(1, 10 + night, 9, 'power-down'),
    ]).flat()
    expect(tell({ ...story([0, 1]), events })).toEqual([])
  })

  test('silent by day as well is a fault', () => {
    expect(tell({ days: 22, homes, comms: silent([0, 1], () => true) })).toEqual([])
    expect(tell({ days: 22, homes, comms: silent([0, 1], (_, hour) => night(hour) || hour < 4 || hour >= 21) })).toEqual([])
  })

  test('what is read from the meters’ memory days later takes the alert back', () => {
    const afterwards: Reading[] = []
    for (let slot = 10 * 96; slot < 18 * 96; slot++) for (const row of [0, 1]) afterwards.push(reading(row, slot, 300))
    expect(tell({ ...story([0, 1]), afterwards })).toEqual([])
    const estimates = afterwards.map((late) => ({ ...late, quality: ReadingQuality.estimatedReferenceDay }))
    expect(tell({ ...story([0, 1]), afterwards: estimates })).toHaveLength(1)
  })
})

describe('days that come back', () => {
  const again = (lag: number, fromDay: number): Story['homes'] => [
    (day, hour, slot) => household(0)(day >= fromDay ? fromDay - lag + ((day - fromDay) % lag) : day, hour, slot % 96),
    ...neighbours,
  ]

  test.each([1, 3, 7])('profiles sent again at a distance of %i days', (lag) => {
    const [alert, ...others] = tampered({ days: 24, homes: again(lag, 14) })
    expect(others).toEqual([])
    expect(alert.subject.id).toBe('U0')
    expect(alert.reasons[0].detector).toBe('tamper-replay')
    expect(alert.innocent?.kind).toBe('head-end-copy')
    expect(tell({ days: 24, homes: again(lag, 14), ledger: hamlet(6, false, []) })).toEqual([])
  })

  test('nothing, a constant and a lamp on a timer are the same every day by nature', () => {
    const homes = [() => 0, () => 450, (_: number, hour: number) => (hour >= 7 && hour < 18 ? 2_000 : 0), ...neighbours]
    expect(tell({ days: 24, homes })).toEqual([])
  })

  test('a machine that only starts and stops has few days to choose from', () => {
    const aerators: Load = (day, hour, slot) => {
      const stop = 11 + 0.5 * Math.floor(6 * noise(9, day))
      return hour >= 7.5 && hour < 7.5 + stop ? 6_000 + 40 * Math.floor(16 * noise(0, slot)) : 0
    }
    expect(tell({ days: 200, homes: [aerators, ...neighbours] })).toEqual([])
  })

  test('a loop of many weeks is not held to be over', () => {
    const [alert] = tampered({ days: 55, homes: again(1, 14) })
    expect(alert.clearedAt).toBeNull()
  })

  test('one day that the head end copied, and days that it calls estimates, are nothing', () => {
    const once = [household(0), ...neighbours]
    once[0] = (day, hour, slot) => household(0)(day === 15 ? 8 : day, hour, slot)
    expect(tell({ days: 24, homes: once })).toEqual([])
    const comms: Story['comms'] = (readings, day) =>
      readings.map((one) => (one.row === 0 && day >= 14 ? { ...one, quality: ReadingQuality.estimatedReferenceDay } : one))
    expect(tell({ days: 24, homes: again(7, 14), comms })).toEqual([])
  })

  test('a coarse register and a steady life do not make days come back', () => {
    const coarse = Array.from({ length: 30 }, (_, row) => {
      return (day: number, hour: number, slot: number) =>
        40 * Math.round((household(row)(day, hour, slot) ?? 0) / 40 + 0.01 * noise(row, slot))
    })
    expect(tell({ days: 40, homes: coarse }).filter(({ route }) => route === 'tampered')).toEqual([])
  })
})
