import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { AlertPage } from '../../model/alert-query.ts'
import { ApiError, getJson } from '../api/get-json.ts'

const NOTHING: ReadonlySet<string> = new Set()

/** Alerts whose county or transformer area is called exactly what was typed: an alert itself does not say where it lies. */
export function usePlaceSearch(text: string): ReadonlySet<string> {
  const [wanted] = useDebouncedValue(text.trim(), 300)
  const { data } = useQuery({
    queryKey: ['place-search', wanted],
    queryFn: async ({ signal }) => {
      const found = await Promise.all([
        idsOf(`county=${encodeURIComponent(wanted)}`, signal),
        idsOf(`area=${encodeURIComponent(wanted)}`, signal),
      ])
      return new Set(found.flat())
    },
    enabled: wanted !== '',
    staleTime: 60_000,
  })
  return wanted === '' ? NOTHING : (data ?? NOTHING)
}

async function idsOf(filter: string, signal: AbortSignal): Promise<string[]> {
  try {
    const { items } = await getJson(`/api/v1/alerts?state=all&limit=500&${filter}`, AlertPage, signal)
    return items.map(({ id }) => id)
  } catch (error) {
    // Half a word is no area's number: the service says so, and nothing is found.
    if (error instanceof ApiError && error.status === 400) return []
    throw error
  }
}
