import type { Alert } from '../../model/alert.ts'

/** A plausible alert; `minute` shifts the time it was raised. */
export function sampleAlert(id: string, minute = 0, change: Partial<Alert> = {}): Alert {
  const raisedAt = `${new Date(Date.UTC(2026, 10, 1, 0, minute)).toISOString().slice(0, 19)}Z`
  return {
    id,
    subject: { kind: 'usage-point', id: `P-${id}` },
    route: 'metered',
    onset: '2026-10-30T12:00:00Z',
    raisedAt,
    clearedAt: null,
    probability: 0.8,
    logOdds: 1.6,
    calibration: 'sample-1',
    rank: 1,
    listedBy: 'rank',
    powerW: 7500,
    energyWh: 360_000,
    mines: [{ mine: 'M1', distanceMeters: 210, withinReach: true }],
    reasons: [{ detector: 'flat-load', score: 0.9, nats: 1.8, sentence: { zh: '昼夜恒定 7.5 kW', en: '7.5 kW day and night' } }],
    signatures: [],
    innocent: null,
    revision: 0,
    history: [],
    ...change,
  }
}
