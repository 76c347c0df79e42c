import { useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { Alert } from '../../model/alert.ts'
import { Mine } from '../../model/mine.ts'
import { Observability } from '../../model/observability.ts'
import { useReadsLine } from '../session/who-asks.ts'
import { GatewayList, QuarantineList, RefusedPayload } from './gateway.ts'
import { getJson } from './get-json.ts'
import { asSent } from './inert.ts'
import { LoadProfile } from './load-profile.ts'
import { AreaPlace, UsagePointPlace } from './place.ts'
import { Summary } from './summary.ts'

const MineList = z.object({ items: z.array(Mine.extend({ distanceMeters: z.number().nullish() })).max(200_000) })
const HOUR = 3_600_000

export function useSummary() {
  return useQuery({
    queryKey: ['summary'],
    queryFn: ({ signal }) => getJson('/api/v1/summary', Summary, signal),
    refetchInterval: 15_000,
  })
}

export function useMines() {
  return useQuery({
    queryKey: ['mines'],
    queryFn: ({ signal }) => getJson('/api/v1/mines', MineList, signal),
    staleTime: HOUR,
    select: ({ items }) => items,
  })
}

/** What would be seen of power taken to a mine: changes with the days, not by the minute. */
export function useObservability(mine: string) {
  return useQuery({
    queryKey: ['observability', mine],
    queryFn: ({ signal }) => getJson(`/api/v1/mines/${asSent(mine)}/observability`, Observability, signal),
    staleTime: 600_000,
  })
}

/** One alert by id, unless the feed has it or may still bring it. */
export function useAlert(id: string, known: Alert | undefined, feedLoaded: boolean) {
  return useQuery({
    queryKey: ['alert', id],
    queryFn: ({ signal }) => getJson(`/api/v1/alerts/${asSent(id)}`, Alert, signal),
    enabled: known === undefined && feedLoaded,
  })
}

export function useUsagePoint(id: string | undefined) {
  return useQuery({
    queryKey: ['usage-point', id],
    queryFn: ({ signal }) => getJson(`/api/v1/usage-points/${asSent(id ?? '')}`, UsagePointPlace, signal),
    enabled: id !== undefined,
    staleTime: HOUR,
  })
}

export function useArea(id: string | undefined) {
  return useQuery({
    queryKey: ['area', id],
    queryFn: ({ signal }) => getJson(`/api/v1/areas/${asSent(id ?? '')}`, AreaPlace, signal),
    enabled: id !== undefined,
    staleTime: HOUR,
  })
}

/** The load curve of the alert's usage point, or its area's residual with what was usual before the onset; starts in [from, to), UTC seconds. */
export function useLoadProfile({ subject, onset }: Pick<Alert, 'subject' | 'onset'>, from: number, to: number) {
  const id = asSent(subject.id)
  const path = subject.kind === 'area' ? `/api/v1/areas/${id}/residual` : `/api/v1/usage-points/${id}/load-profile`
  const before = subject.kind === 'area' ? `&before=${encodeURIComponent(onset)}` : ''
  return useQuery({
    queryKey: ['load-profile', subject.kind, subject.id, from, to],
    queryFn: ({ signal }) => getJson(`${path}?from=${isoOf(from)}&to=${isoOf(to)}${before}`, LoadProfile, signal),
    placeholderData: (previous) => previous,
    // The curve's tail grows while one looks; a residual is read from every meter of its area and is not asked for so often.
    refetchInterval: subject.kind === 'area' ? false : 120_000,
  })
}

export function useGateways() {
  const enabled = useReadsLine()
  return useQuery({
    enabled,
    queryKey: ['gateways'],
    queryFn: ({ signal }) => getJson('/api/v1/gateways', GatewayList, signal),
    refetchInterval: 5_000,
    select: ({ items }) => items,
  })
}

/** The newest refused payloads, of one gateway or of all. */
export function useQuarantine(gateway: string) {
  const filter = gateway === '' ? '' : `&gateway=${asSent(gateway)}`
  return useQuery({
    queryKey: ['quarantine', gateway],
    queryFn: ({ signal }) => getJson(`/api/v1/quarantine?limit=100${filter}`, QuarantineList, signal),
    refetchInterval: 10_000,
    placeholderData: (previous) => previous,
  })
}

export function useRefusedPayload(id: number, wanted: boolean) {
  return useQuery({
    queryKey: ['refused', id],
    queryFn: ({ signal }) => getJson(`/api/v1/quarantine/${id}`, RefusedPayload, signal),
    enabled: wanted,
    staleTime: HOUR,
    select: ({ payload }) => payload,
  })
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}
