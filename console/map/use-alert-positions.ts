import { useQueries } from '@tanstack/react-query'
import type { Alert } from '../../model/alert.ts'
import { getJson } from '../api/get-json.ts'
import { asSent } from '../api/inert.ts'
import { AreaPlace, UsagePointPlace } from '../api/place.ts'
import type { Position } from './reach-circle.ts'

/** Alerts whose position is asked for; the rest is counted, not hidden. */
const ASKED = 200

/** Positions of the most urgent alerts by alert id, and how many are left out for want of one. */
export function useAlertPositions(alerts: readonly Alert[]): { positions: ReadonlyMap<string, Position>; unknown: number } {
  const asked = alerts.slice(0, ASKED)
  const answers = useQueries({
    queries: asked.map(({ subject }) => ({
      queryKey: [subject.kind, subject.id],
      queryFn: ({ signal }: { signal: AbortSignal }) => {
        const id = asSent(subject.id)
        if (subject.kind === 'area') return getJson<Located>(`/api/v1/areas/${id}`, AreaPlace, signal)
        return getJson<Located>(`/api/v1/usage-points/${id}`, UsagePointPlace, signal)
      },
      staleTime: 3_600_000,
    })),
  })
  const positions = new Map<string, Position>()
  asked.forEach((alert, index) => {
    const { latitude, longitude } = answers[index]?.data ?? { latitude: null, longitude: null }
    if (latitude !== null && longitude !== null) positions.set(alert.id, { latitude, longitude })
  })
  return { positions, unknown: answers.some(({ isPending }) => isPending) ? 0 : alerts.length - positions.size }
}

interface Located {
  readonly latitude: number | null
  readonly longitude: number | null
}
