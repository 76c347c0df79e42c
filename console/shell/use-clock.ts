import { useEffect, useState } from 'react'
import { useSummary } from '../api/queries.ts'
import { DEFAULT_ZONE } from '../i18n/format.ts'
import { useFeed } from '../live/feed-provider.tsx'

/** The wall clock in epoch milliseconds, told anew every `everyMs`. */
export function useWallClock(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** "Now" as the readings know it, epoch milliseconds: an accelerated or backfilled service is not at the wall clock. */
export function useEventTime(): number {
  const { data: summary } = useSummary()
  const { alerts } = useFeed()
  if (summary?.lastReadingAt) return Date.parse(summary.lastReadingAt)
  let latest = 0
  for (const { raisedAt, clearedAt } of alerts.values()) latest = Math.max(latest, Date.parse(clearedAt ?? raisedAt))
  return latest === 0 ? Date.now() : latest
}

export function useZone(): string {
  const { data: summary } = useSummary()
  return summary?.timeZone ?? DEFAULT_ZONE
}
