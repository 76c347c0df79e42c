/**
 * The signatures that are known. Ranges are those of the equipment tables of small gold works: ratings times the load
 * factor over an efficiency of 0.85–0.92, so in kilowatts as metered. They are wide on purpose, and none of them names a
 * crime: a pump is a pump. Add one here, or change a range and raise its version and that of the set; nothing else changes.
 */
import type { SignatureTemplate, Wanted } from './signature-template.ts'

/** Raised with any change below: an alert says which set it was compared with. */
export const SIGNATURE_SET = 1

/** A thing without which it is not that machine, what tells it from others, what most of its owners do, and a habit. */
const DEFINING = 0.1
const TELLING = 0.25
const USUAL = 0.4
const HABIT = 0.6

export const SIGNATURE_TEMPLATES: readonly SignatureTemplate[] = [
  {
    id: 'round-the-clock-pump',
    version: 1,
    name: { zh: '昼夜水泵', en: 'round-the-clock pump' },
    source: 'lift pumps 3–37 kW at 0.75–0.98 and circulation pumps 1.5–7.5 kW at 0.6–0.95 of their rating; stops up to 90 min',
    shape: 'run',
    stopMinutes: 90,
    features: {
      kilowatts: range(1, 42, 3, DEFINING),
      hours: range(20, 24, 3, DEFINING),
      duty: range(0.93, 1, 0.2, TELLING),
      flatness: range(0, 0.04, 0.06, DEFINING),
      powerFactor: range(0.75, 0.87, 0.06, TELLING),
      starts: range(0, 3, 5, TELLING),
    },
  },
  {
    id: 'mill-block',
    version: 1,
    name: { zh: '球磨机夜班', en: 'mill block' },
    source: 'ball mills Φ900–Φ1830 (7.5–132 kW) and wet pan mills (15–37 kW), runs of 4–20 h, most of them in the dark',
    shape: 'run',
    stopMinutes: 45,
    features: {
      kilowatts: range(6, 136, 3, DEFINING),
      hours: range(4, 19, 3, DEFINING),
      duty: range(0.9, 1, 0.25, TELLING),
      flatness: range(0, 0.08, 0.08, DEFINING),
      powerFactor: range(0.75, 0.87, 0.06, TELLING),
      nightShare: range(0.6, 1, 0.5, USUAL),
      starts: range(1, 3, 4, TELLING),
    },
  },
  {
    id: 'agitator-staircase',
    version: 1,
    name: { zh: '搅拌槽阶梯', en: 'agitator staircase' },
    source: '2–8 leach tanks with agitators of 2.2–7.5 kW at 0.5–0.85 of their rating, started or stopped one by one',
    shape: 'stair',
    stopMinutes: 0,
    features: {
      stairs: range(3, 8, 1.5, DEFINING),
      stepKilowatts: range(1.2, 7.5, 1.5, DEFINING),
      flatness: range(0, 0.03, 0.05, TELLING),
      powerFactor: range(0.7, 0.83, 0.07, TELLING),
    },
  },
  {
    id: 'crusher-with-gaps',
    version: 1,
    name: { zh: '破碎机断续运行', en: 'crusher with gaps' },
    source:
      'jaw crushers 5.5–22 kW and hammer mills 11–75 kW, runs of 40–180 min with 10–60 min between them, uneven by 0.15–0.35',
    shape: 'run',
    stopMinutes: 75,
    features: {
      kilowatts: range(1.8, 70, 3, DEFINING),
      starts: range(3, 16, 2, DEFINING),
      hours: range(1.5, 12, 5, TELLING),
      runMinutes: range(40, 180, 20, DEFINING),
      gapMinutes: range(10, 60, 30, DEFINING),
      flatness: range(0.08, 0.4, 0.08, TELLING),
      powerFactor: range(0.55, 0.82, 0.07, TELLING),
    },
  },
  {
    id: 'strip-heater',
    version: 1,
    name: { zh: '解吸加热器', en: 'carbon-strip heater' },
    source: 'resistive heaters of 6–36 kW that strip the carbon for 8–20 h',
    shape: 'run',
    stopMinutes: 30,
    features: {
      kilowatts: range(5.4, 38, 2, DEFINING),
      hours: range(8, 20, 2, DEFINING),
      duty: range(0.9, 1, 0.3, TELLING),
      flatness: range(0, 0.06, 0.08, TELLING),
      powerFactor: range(0.98, 1, 0.06, DEFINING),
      starts: range(1, 2, 3, TELLING),
    },
  },
  {
    id: 'furnace-burst',
    version: 1,
    name: { zh: '熔炼炉短时负荷', en: 'furnace burst' },
    source: 'induction furnaces of 15–60 kVA at 0.6–0.95 of their rating, bursts of 45–150 min, often in the evening',
    shape: 'run',
    stopMinutes: 15,
    features: {
      kilowatts: range(7.5, 54, 2.5, DEFINING),
      hours: range(0.75, 2.5, 1, DEFINING),
      flatness: range(0, 0.25, 0.2, HABIT),
      powerFactor: range(0.85, 0.95, 0.05, TELLING),
      nightShare: range(0.3, 1, 0.3, HABIT),
      starts: range(1, 2, 3, TELLING),
    },
  },
  {
    id: 'camp',
    version: 1,
    name: { zh: '工棚生活用电', en: 'camp' },
    source: 'lights, cooking and phones of 0.3–3 kW in the evening and at night, uneven by about a half',
    shape: 'run',
    stopMinutes: 120,
    features: {
      kilowatts: range(0.2, 3, 1, DEFINING),
      hours: range(3, 14, 4, TELLING),
      flatness: range(0.15, 1, 0.1, TELLING),
      powerFactor: range(0.85, 0.97, 0.08, TELLING),
      nightShare: range(0.6, 1, 0.3, TELLING),
    },
  },
]

function range(from: number, to: number, slack: number, least: number): Wanted {
  return { from, to, slack, least }
}
