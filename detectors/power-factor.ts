/**
 * Power factor of the added load: loaded motors of mills and pumps run at 0.74–0.88, induction furnaces at 0.85–0.95,
 * computers and heaters near 1. Unknown weighs nothing, but for bursts: cars and a works' own machines burst too, and are told from
 * a furnace by nothing else.
 */
import type { Case, Evidence } from './subject.ts'

export function reactive({ standing, episode }: Case): Evidence | null {
  const { tangent } = standing
  if (episode.detector === 'dead-account') return null
  if (tangent === null) return episode.detector === 'furnace-burst' ? UNKNOWN : null
  const factor = 1 / Math.hypot(1, tangent)
  const steps = TANGENT_NATS[episode.detector] ?? TANGENT_NATS['flat-load']
  const found = steps.find(([below]) => tangent < below)?.[1] ?? -0.2
  // a bank of capacitors hides the motors of a mill; nothing else of that size runs in shifts near power factor 1
  const mayBeHidden = episode.detector !== 'flat-load' && standing.powerW > 12_000 && tangent < MOTOR_TANGENT
  const nats = mayBeHidden ? Math.max(found, -0.5) : found
  return {
    group: 'power-factor',
    nats,
    sentence: {
      zh: `新增负荷功率因数约 ${factor.toFixed(2)},${nats > 0 ? '符合带载电动机或感应炉' : '不像带载电动机'}。`,
      en: `The added load has a power factor of about ${factor.toFixed(2)}, ${nats > 0 ? 'as loaded motors or induction furnaces have' : 'unlike loaded motors'}.`,
    },
  }
}

const UNKNOWN: Evidence = {
  group: 'power-factor',
  nats: -0.4,
  sentence: {
    zh: '没有无功电量,分不出是感应炉、电动汽车还是自家机器短时满载。',
    en: 'No reactive energy is measured: a furnace cannot be told from a car or from the host’s own machines at their peak.',
  },
}

/** Nats for tan φ below each bound. */
const TANGENT_NATS: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  'flat-load': [
    [0.3, -2.6],
    [0.45, -0.8],
    [0.95, 0.9],
    [1.2, 0.2],
  ],
  'night-surge': [
    [0.3, -1.8],
    [0.45, -0.3],
    [1, 0.8],
  ],
  'long-run': [
    [0.3, -1.8],
    [0.45, -0.5],
    [0.55, 0.3],
    [1, 0.8],
  ],
  'furnace-burst': [
    [0.22, -1.2],
    [0.3, -0.2],
    [0.65, 0.7],
    [0.8, 0],
    [Number.POSITIVE_INFINITY, -1.5],
  ],
}

/** By its reactive power a loaded motor: lights, stoves and music of a feast are none, and where nothing is known it may be a feast. */
export function isMotor({ tangent }: Case['standing']): boolean {
  return tangent !== null && tangent >= MOTOR_TANGENT
}

const MOTOR_TANGENT = 0.5
