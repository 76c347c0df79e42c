/**
 * Look-alikes of the countryside around closed mines, as data: each with its season, hours, size, power factor, account and
 * company (domain ranges of rural Yunnan). Add one here; nothing else changes.
 */
import type { Sentence } from '../model/alert.ts'
import type { Case, Category } from './subject.ts'

export interface LookAlike {
  readonly kind: string
  readonly detectors: readonly string[]
  readonly categories: readonly Category[]
  /** Months (1–12) in which it begins. */
  readonly months: readonly number[]
  readonly kilowatts: readonly [number, number]
  /** tan φ of the load. */
  readonly tangent: readonly [number, number]
  /** How likely such a start is among the accounts of its category there, before its company is seen: 0–1. */
  readonly common: number
  /** Likelihood gained when neighbours began with it. */
  readonly company: number
  readonly fits?: (it: Case) => number
  readonly sentence: Sentence
}

const ALL_YEAR = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

/** Half past nine at night and half past six in the morning, in slots of a day that begins at noon; habit keeps such hours within 90 minutes. */
const POND_HOURS = { from: 38, to: 74, within: 6 }

export const LOOK_ALIKES: readonly LookAlike[] = [
  {
    kind: 'tobacco-barn',
    detectors: ['flat-load', 'night-surge', 'long-run'],
    categories: ['agricultural', 'residential'],
    months: [6, 7, 8, 9, 10],
    kilowatts: [1.5, 80],
    tangent: [0.3, 0.9],
    common: 0.3,
    company: 0.5,
    // the fan's speed and the compressor's duty change with the leaf: what stays level for days and stands alone cures nothing
    fits: ({ subject, standing, kinInArea }) =>
      (subject.category === 'residential' ? 0.6 : 1) *
      (standing.levelSpread > 0.12
        ? 1.3
        : kinInArea > 0
          ? 1
          : (standing.levelSpread < 0.05 ? 0.5 : 1) * (standing.hotDays < 4 ? 1 : 0.5)),
    sentence: {
      zh: '烤烟季密集烤房:一炉约六七天,邻户同时开炉。查核:是否烟农、烤房编号。',
      en: 'Tobacco curing: a batch lasts six or seven days and neighbours cure together. Check for a barn and a grower’s contract.',
    },
  },
  {
    kind: 'irrigation',
    detectors: ['flat-load', 'night-surge', 'long-run', 'furnace-burst'],
    categories: ['agricultural'],
    months: [11, 12, 1, 2, 3, 4, 5],
    kilowatts: [2, 40],
    tangent: [0.5, 0.85],
    common: 0.4,
    company: 0.4,
    // days on and days off, on an account that draws nothing otherwise, is how fields are watered
    fits: ({ standing: { hotDays, days }, episode }) => {
      if (hotDays / days < 0.9) return hotDays >= 3 && episode.usual.mean.medianW < 250 ? 1.5 : 1
      return hotDays < 3 ? 1 : hotDays < 4 ? 0.5 : 0.25
    },
    sentence: {
      zh: '旱季抽水灌溉:一次 4–60 小时,农业户。若连续五天以上不停,则不像灌溉。',
      en: 'Irrigation in the dry season: 4–60 hours at a time. More than five days without a stop would refute it.',
    },
  },
  {
    kind: 'crypto-mining',
    detectors: ['flat-load', 'long-run'],
    categories: ['residential', 'commercial', 'agricultural', 'industrial'],
    months: ALL_YEAR,
    kilowatts: [3, 300],
    tangent: [0, 0.33],
    common: 0.35,
    company: 0,
    fits: ({ standing }) => (standing.flatness < 0.04 ? 1 : 0.4),
    sentence: {
      zh: '矿机或服务器:全天恒定,功率因数接近 1。',
      en: 'Computing (crypto mining): constant all day, power factor near 1.',
    },
  },
  {
    kind: 'kiln-fan',
    detectors: ['flat-load', 'long-run'],
    categories: ['industrial'],
    months: ALL_YEAR,
    kilowatts: [10, 110],
    tangent: [0.45, 0.85],
    common: 0.6,
    company: 0,
    sentence: {
      zh: '砖窑点火后风机昼夜运行。查核:是否砖窑、是否有日间压砖。',
      en: 'A brick kiln once lit runs its fan day and night. Check for a kiln and for presses by day.',
    },
  },
  {
    kind: 'lawful-works',
    detectors: ['flat-load', 'night-surge', 'long-run', 'furnace-burst'],
    categories: ['industrial', 'commercial'],
    months: ALL_YEAR,
    kilowatts: [3, 1000],
    tangent: [0, 1.5],
    common: 0.3,
    company: 0.1,
    fits: ({ episode, standing }) => (Math.max(episode.usual.noon.medianW, episode.usualW) > 0.4 * standing.powerW ? 1.4 : 0.6),
    sentence: {
      zh: '企业增开设备或夜班(避峰用电)。查核:新增设备、订单、班次。',
      en: 'A works that added a machine or a night shift to avoid the peak tariff. Check new machines and shifts.',
    },
  },
  {
    kind: 'dewatering',
    detectors: ['flat-load', 'long-run'],
    categories: ['industrial', 'public'],
    months: [4, 5, 6, 7, 8, 9, 10, 11],
    kilowatts: [4, 80],
    tangent: [0.45, 0.85],
    common: 0.3,
    company: 0.2,
    sentence: {
      zh: '合法矿山或工地雨季排水。查核:许可、降雨。',
      en: 'Lawful pumping at a mine or site after rain. Check the permit and the rain.',
    },
  },
  {
    kind: 'waterworks',
    detectors: ['flat-load', 'night-surge', 'long-run'],
    categories: ['public'],
    months: ALL_YEAR,
    kilowatts: [3, 60],
    tangent: [0.5, 0.85],
    common: 0.6,
    company: 0,
    sentence: { zh: '村镇供水泵站。', en: 'A village waterworks.' },
  },
  {
    kind: 'telecom',
    detectors: ['flat-load'],
    categories: ['public'],
    months: ALL_YEAR,
    kilowatts: [1.5, 8],
    tangent: [0.2, 0.45],
    common: 0.6,
    company: 0,
    sentence: { zh: '通信基站:全天平稳,带空调。', en: 'A telecommunication site: flat all day, with its cooling.' },
  },
  {
    kind: 'street-lights',
    detectors: ['night-surge', 'long-run'],
    categories: ['public'],
    months: ALL_YEAR,
    kilowatts: [1, 20],
    tangent: [0.1, 0.6],
    common: 0.7,
    company: 0.2,
    sentence: { zh: '路灯:天黑亮、天亮灭。', en: 'Street lights: on at dusk, off at dawn.' },
  },
  {
    kind: 'aerators',
    detectors: ['night-surge', 'long-run'],
    categories: ['agricultural'],
    months: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    kilowatts: [1.5, 20],
    tangent: [0.3, 1.1],
    common: 0.4,
    company: 0.3,
    // by the clock and again about noon: a pump that hides in the dark does not come on at noon
    fits: ({ standing }) =>
      (Math.abs(standing.startSlot - POND_HOURS.from) <= POND_HOURS.within &&
      Math.abs(standing.endSlot - POND_HOURS.to) <= POND_HOURS.within
        ? 1.6
        : 0.5) * (standing.swings >= 3 && standing.swings < 7 ? 1.4 : 0.6),
    sentence: {
      zh: '鱼塘增氧机:21:30 至次日 6:30,中午再开一次。',
      en: 'Fish-pond aerators, half past nine at night to half past six, and again about noon.',
    },
  },
  {
    kind: 'livestock',
    detectors: ['flat-load', 'night-surge', 'long-run'],
    categories: ['agricultural'],
    months: [3, 4, 5, 6, 7, 8, 9, 10, 11],
    kilowatts: [2, 45],
    tangent: [0.45, 0.9],
    common: 0.4,
    company: 0,
    // fans follow the warmth of the hours: from late morning on, a few more or less every hour
    fits: ({ standing }) =>
      (standing.startSlot < 12 || standing.startSlot > 84 ? 1.2 : 0.6) * (standing.flatness > 0.03 ? 1.3 : 0.7),
    sentence: {
      zh: '养殖场通风:随气温开停。查核:存栏、通风设备。',
      en: 'A pig or poultry farm: its fans follow the warmth. Check for livestock and ventilation.',
    },
  },
  {
    kind: 'cold-store',
    detectors: ['flat-load', 'night-surge', 'long-run'],
    categories: ['commercial', 'agricultural', 'industrial'],
    months: ALL_YEAR,
    kilowatts: [3, 60],
    tangent: [0.5, 0.85],
    common: 0.25,
    company: 0,
    // read by the half-hour its cycles are a restless level; on a host that lives by itself that may be the host's unrest
    fits: ({ standing, episode }) => {
      const alone = episode.usual.mean.medianW < 250 ? 1.5 : 1
      if (standing.swings >= 6 || standing.flatness > 0.15) return 1.5 * alone
      return standing.flatness > 0.05 && episode.usualW < 1.2 * standing.powerW ? 0.8 * alone : 0.2
    },
    sentence: { zh: '冷库:压缩机反复启停。', en: 'A cold store: its compressor starts and stops all day.' },
  },
  {
    kind: 'crop-drying',
    detectors: ['flat-load', 'night-surge', 'long-run', 'furnace-burst'],
    categories: ['agricultural', 'commercial', 'residential'],
    months: [10, 11, 12, 1, 2, 3],
    kilowatts: [3, 45],
    tangent: [0, 0.45],
    common: 0.25,
    company: 0.4,
    sentence: { zh: '咖啡、核桃、坚果烘干季。', en: 'Drying of coffee, walnuts or macadamia.' },
  },
  {
    kind: 'tea-making',
    detectors: ['night-surge', 'furnace-burst'],
    categories: ['agricultural', 'commercial', 'residential'],
    months: [3, 4, 5, 6, 9],
    kilowatts: [4, 50],
    tangent: [0, 0.6],
    common: 0.35,
    company: 0.5,
    sentence: { zh: '茶季加工:下午到半夜,邻户同时开工。', en: 'Tea making: afternoon to midnight, neighbours together.' },
  },
  {
    kind: 'charging',
    detectors: ['night-surge', 'furnace-burst'],
    categories: ['residential', 'commercial', 'public'],
    months: ALL_YEAR,
    // a wall box at home, posts of up to sixty at a shop or a station
    kilowatts: [2.5, 60],
    tangent: [0, 0.28],
    common: 0.4,
    company: 0,
    fits: ({ subject, standing }) => (subject.category === 'residential' && standing.powerW > 12_000 ? 0.2 : 1),
    sentence: { zh: '电动汽车充电:功率因数接近 1。', en: 'Charging of an electric car: power factor near 1.' },
  },
  {
    kind: 'building-site',
    detectors: ['flat-load', 'night-surge', 'long-run', 'furnace-burst'],
    categories: ['commercial', 'industrial', 'public'],
    months: ALL_YEAR,
    kilowatts: [10, 700],
    tangent: [0.5, 0.95],
    common: 0.25,
    company: 0,
    fits: ({ standing }) => (standing.flatness > 0.1 ? 1.3 : 0.5),
    sentence: { zh: '施工用电:临时户、夜间施工。', en: 'A building site: temporary supply, night work.' },
  },
  {
    kind: 'festival',
    detectors: ['furnace-burst', 'night-surge', 'long-run'],
    categories: ['residential', 'commercial', 'public'],
    months: ALL_YEAR,
    kilowatts: [3, 20],
    tangent: [0, 0.5],
    common: 0.5,
    company: 0.2,
    fits: ({ standing }) => (standing.hotDays >= 6 ? 0.1 : standing.hotDays >= 5 ? 0.4 : 1),
    sentence: { zh: '婚丧节庆:两到四晚。', en: 'A wedding, funeral or festival: two to four evenings.' },
  },
  {
    kind: 'grain-mill',
    detectors: ['furnace-burst'],
    categories: ['agricultural', 'commercial', 'industrial'],
    months: ALL_YEAR,
    kilowatts: [6, 30],
    tangent: [0.65, 1.1],
    common: 0.4,
    company: 0.1,
    fits: ({ standing }) => (standing.startSlot < 20 || standing.startSlot > 72 ? 1.2 : 0.4),
    sentence: { zh: '碾米、饲料加工:白天一到四小时。', en: 'A rice or feed mill: one to four hours by day.' },
  },
  {
    kind: 'distilling',
    detectors: ['furnace-burst', 'flat-load'],
    categories: ['residential', 'commercial', 'agricultural'],
    months: ALL_YEAR,
    kilowatts: [3, 25],
    tangent: [0, 0.25],
    common: 0.3,
    company: 0,
    sentence: { zh: '小酒坊:清晨到中午,电阻性负荷。', en: 'A small distillery: dawn to noon, resistive.' },
  },
]
