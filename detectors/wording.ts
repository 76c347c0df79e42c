import { MOST_KIN } from './subject.ts'

/** Numbers as they stand in sentences: two or three significant digits, no false precision. */
export function kw(watts: number): string {
  const kilowatts = watts / 1000
  return kilowatts >= 100
    ? kilowatts.toFixed(0)
    : kilowatts >= 10
      ? kilowatts.toFixed(1)
      : kilowatts.toFixed(kilowatts >= 1 ? 1 : 2)
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}

/** Company in the county, which is counted up to MOST_KIN. */
export function kinText(kin: number): string {
  return kin < MOST_KIN ? String(kin) : `${MOST_KIN}+`
}

/** Sealing states and account categories in the languages of the sentences. */
export const SEALING = {
  sealed: { zh: '已封堵', en: 'sealed' },
  'partly-sealed': { zh: '封堵不彻底', en: 'partly sealed' },
  unsealed: { zh: '未封堵', en: 'unsealed' },
  broken: { zh: '被破封', en: 'seal broken open' },
  unknown: { zh: '封堵情况不详', en: 'sealing unknown' },
} as const

export const CATEGORY = {
  residential: { zh: '居民', en: 'residential' },
  agricultural: { zh: '农业', en: 'agricultural' },
  commercial: { zh: '商业', en: 'commercial' },
  industrial: { zh: '工业', en: 'industrial' },
  public: { zh: '公共', en: 'public' },
} as const
