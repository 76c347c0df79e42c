const DAY = 86_400

export interface CurveWindow {
  readonly from: number
  readonly to: number
}

/**
 * What of the curve to show at first: some days before the onset and the rest after it, but never past the newest reading
 * while there is something to show before. `latest` is the end of the newest reading, all UTC seconds.
 */
export function windowAtOnset(onset: number, latest: number, days: number): CurveWindow {
  const lead = days >= 10 ? 3 * DAY : DAY
  const to = Math.min(Math.max(latest, onset + DAY), onset - lead + days * DAY)
  return { from: to - days * DAY, to }
}

export function windowAtLatest(latest: number, days: number): CurveWindow {
  return { from: latest - days * DAY, to: latest }
}

/** Moved by half its width, not past the readings. */
export function shifted({ from, to }: CurveWindow, direction: -1 | 1, earliest: number, latest: number): CurveWindow {
  const span = to - from
  const start = Math.max(earliest, Math.min(latest - span, from + (direction * span) / 2))
  return { from: start, to: start + span }
}
