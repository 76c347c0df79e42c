import type { Alert } from './alert.ts'

/** 红 act today, 橙 decide within three workdays, 黄 weekly list. */
export const ALERT_LEVELS = ['red', 'orange', 'yellow'] as const
export type AlertLevel = (typeof ALERT_LEVELS)[number]

/** The limits of the rule below, shown in the console's help. */
export const LEVEL_LIMITS = { red: 0.75, orange: 0.5, strongPowerW: 10_000, strongPowerProbability: 0.3 } as const

/**
 * Red: a strong chance, still running, and a closed mine within the load's reach. Orange: strong on one axis, that is a strong
 * chance without one of the others, an even chance, or a running load of a small mill's size with a fair chance. Yellow: the rest.
 */
export function alertLevel({ probability, clearedAt, mines, powerW }: Alert): AlertLevel {
  const running = clearedAt === null
  const nearMine = mines.some(({ withinReach }) => withinReach)
  if (probability >= LEVEL_LIMITS.red && running && nearMine) return 'red'
  if (probability >= LEVEL_LIMITS.red) return 'orange'
  if (probability >= LEVEL_LIMITS.orange && running) return 'orange'
  if (running && powerW >= LEVEL_LIMITS.strongPowerW && probability >= LEVEL_LIMITS.strongPowerProbability) return 'orange'
  return 'yellow'
}
