/**
 * From the evidence to a stated chance: what speaks for illegal processing adds up to log-odds, and how often inspections
 * then find it is another question. One straight line on the log-odds for each kind of matter (Platt scaling, with few
 * parameters because findings are few) answers it. Rising lines keep the order within a kind; between kinds they put a
 * meter's clear load above an area's remainder, which is as often a booking error as a thief. Whether an alert is raised
 * is decided on the evidence alone: calibrating changes what is said, not what is seen.
 */
import { z } from 'zod'
import type { AlertRoute } from '../model/alert.ts'
import { hashOf } from './hash.ts'
import { SHIPPED_CALIBRATION } from './shipped-calibration.ts'

/** Chance = σ(offset + slope · log-odds). The slope is positive, so that more evidence never means less chance. */
const CalibrationLine = z.strictObject({ slope: z.number().min(0.05).max(5), offset: z.number().min(-10).max(10) })
export type CalibrationLine = z.output<typeof CalibrationLine>

/** What is calibrated apart: a load behind a meter, an area's remainder, and what is about the meter itself. */
export const MATTERS = ['load', 'remainder', 'meter'] as const
export type Matter = (typeof MATTERS)[number]

/** All or nothing: half a calibration under the version of another would mislead. */
export const CalibrationConfig = z
  .strictObject({
    /** Travels with every alert. */
    version: z.string().min(1).max(64),
    load: CalibrationLine,
    remainder: CalibrationLine,
    meter: CalibrationLine,
    /** How far one county's log-odds lie from another's: standard deviation, for the interval of a list's precision. */
    spread: z.number().min(0).max(3),
  })
  .default(SHIPPED_CALIBRATION)
export type Calibration = z.output<typeof CalibrationConfig>

export function matterOf(route: AlertRoute): Matter {
  return route === 'tampered' ? 'meter' : route === 'tapped' ? 'remainder' : 'load'
}

/** Beyond these log-odds more evidence says no more: a line fitted where cases lie is not trusted far from them. */
const FARTHEST = { low: -6, high: 8 }

/** Tells fits apart by their numbers. */
export function digestOf(lines: Readonly<Record<Matter, CalibrationLine>>): string {
  return hashOf(MATTERS.map((matter) => `${lines[matter].slope} ${lines[matter].offset}`).join(' '))
    .toString(16)
    .slice(-6)
}

export function chanceOf({ slope, offset }: CalibrationLine, logOdds: number): number {
  return 1 / (1 + Math.exp(-offset - slope * boundedLogOdds(logOdds)))
}

/** The log-odds for which a chance was stated. */
export function logOddsFor({ slope, offset }: CalibrationLine, chance: number): number {
  const held = Math.min(0.9995, Math.max(0.0005, chance))
  return boundedLogOdds((Math.log(held / (1 - held)) - offset) / slope)
}

export function boundedLogOdds(logOdds: number): number {
  return Math.min(FARTHEST.high, Math.max(FARTHEST.low, logOdds))
}
