import type { Language } from './language.ts'

export const DEFAULT_ZONE = 'Asia/Shanghai'

/** Two to three significant digits, as people read a meter: 41.6, 7.5, 1,240. */
export function number(value: number, language: Language, digits = 3): string {
  if (Math.abs(value) >= 1000) return new Intl.NumberFormat(locale(language), { maximumFractionDigits: 0 }).format(value)
  return new Intl.NumberFormat(locale(language), { maximumSignificantDigits: digits }).format(value)
}

export function count(value: number, language: Language): string {
  return new Intl.NumberFormat(locale(language)).format(value)
}

/** Watts as kW. */
export function kilowatts(watts: number, language: Language): string {
  return `${number(watts / 1000, language)} kW`
}

/** Watt-hours as kWh or MWh. */
export function energy(wattHours: number, language: Language): string {
  if (wattHours >= 1e8) return `${number(wattHours / 1e6, language)} MWh`
  return `${number(wattHours / 1000, language)} kWh`
}

export function distance(meters: number, language: Language): string {
  if (meters < 950) return `${Math.round(meters / 10) * 10} m`
  return `${number(meters / 1000, language, 2)} km`
}

/** 04-01 22:15 in the zone of the meters. */
export function moment(iso: string | number, zone: string): string {
  const parts = partsOf(typeof iso === 'number' ? iso * 1000 : Date.parse(iso), zone)
  return `${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`
}

export function fullMoment(iso: string | number, zone: string): string {
  const at = typeof iso === 'number' ? iso * 1000 : Date.parse(iso)
  return `${partsOf(at, zone).year}-${moment(at / 1000, zone)}`
}

/** 04-01. */
export function monthDay(seconds: number, zone: string): string {
  const { month, day } = partsOf(seconds * 1000, zone)
  return `${month}-${day}`
}

export function clock(ms: number, zone: string): string {
  const { hour, minute, second } = partsOf(ms, zone)
  return `${hour}:${minute}:${second}`
}

/** Seconds to add to UTC for the wall clock of `zone` at that moment. */
export function zoneOffset(seconds: number, zone: string): number {
  const hour = Math.floor(seconds / 3600)
  const key = `${zone}@${hour}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const { year, month, day, hour: h, minute } = partsOf(hour * 3_600_000, zone)
  const offset = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(h), Number(minute)) / 1000 - hour * 3600
  if (offsets.size > 20_000) offsets.clear()
  offsets.set(key, offset)
  return offset
}

const offsets = new Map<string, number>()
const formatters = new Map<string, Intl.DateTimeFormat>()

function partsOf(ms: number, zone: string) {
  let formatter = formatters.get(zone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    formatters.set(zone, formatter)
  }
  const parts = { year: '', month: '', day: '', hour: '', minute: '', second: '' }
  for (const { type, value } of formatter.formatToParts(ms)) {
    if (type === 'year' || type === 'month' || type === 'day' || type === 'hour' || type === 'minute' || type === 'second') {
      parts[type] = value
    }
  }
  return parts
}

function locale(language: Language): string {
  return language === 'en' ? 'en-GB' : 'zh-CN'
}
