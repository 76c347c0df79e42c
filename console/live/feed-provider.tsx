import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { Alert } from '../../model/alert.ts'
import { AlertPage } from '../../model/alert-query.ts'
import { getJson } from '../api/get-json.ts'
import { inert } from '../api/inert.ts'
import { EMPTY_FEED, type FeedState, reveal, takeEvents, takePage } from './alert-feed.ts'
import { followStream } from './event-stream.ts'

interface Feed extends FeedState {
  readonly loading: boolean
  readonly error: Error | null
  /** Epoch milliseconds of the last sign of life of the stream, 0 before the first. */
  readonly lastBeatAt: number
  readonly connected: boolean
  readonly reveal: () => void
  readonly reload: () => void
}

/** One reading of the list; a quiet one leaves the order on the screen alone. */
interface Attempt {
  readonly number: number
  readonly quiet: boolean
  readonly pages: number
}

const FeedContext = createContext<Feed | null>(null)
const FLUSH_MS = 120

export function useFeed(): Feed {
  const feed = useContext(FeedContext)
  if (!feed) throw new Error('useFeed outside FeedProvider')
  return feed
}

/** Holds all alerts, follows the stream first and then fetches the pages, so that nothing falls between the two. */
export function FeedProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient()
  const [state, setState] = useState<FeedState>(EMPTY_FEED)
  const [stream, setStream] = useState({ connected: false, lastBeatAt: 0 })
  const [fetched, setFetched] = useState<{ loading: boolean; error: Error | null }>({ loading: true, error: null })
  const [attempt, setAttempt] = useState<Attempt>({ number: 0, quiet: false, pages: Number.POSITIVE_INFINITY })

  useEffect(() => {
    const stop = new AbortController()
    let held: Alert[] = []
    let opened = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const flush = () => {
      timer = undefined
      const events = held
      held = []
      setState((feed) => (feed.arranged.length === 0 ? reveal(takeEvents(feed, events)) : takeEvents(feed, events)))
    }
    const handlers = {
      onOpen: (resumed: boolean) => {
        setStream({ connected: true, lastBeatAt: Date.now() })
        // The page fetched at first may be older than the stream's beginning: look at the newest ones again.
        if (!resumed)
          setAttempt(({ number }) => ({ number: number + 1, quiet: true, pages: opened ? Number.POSITIVE_INFINITY : 1 }))
        opened = true
      },
      onBeat: () =>
        setStream((before) => (Date.now() - before.lastBeatAt > 1_000 ? { connected: true, lastBeatAt: Date.now() } : before)),
      onLost: () => {
        setStream((before) => (before.connected ? { ...before, connected: false } : before))
        // the service ends the stream of a session that is over
        void queries.invalidateQueries({ queryKey: ['session'] })
      },
      onEvent: ({ event, data }: { event: string; data: string }) => {
        if (event === 'feed.reset')
          setAttempt(({ number }) => ({ number: number + 1, quiet: true, pages: Number.POSITIVE_INFINITY }))
        if (!event.startsWith('alert.')) return
        const alert = alertIn(data)
        if (!alert) return
        held.push(alert)
        timer ??= setTimeout(flush, FLUSH_MS)
      },
    }
    void followStream('/api/v1/alerts/stream', handlers, stop.signal)
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [queries])

  useEffect(() => {
    const stop = new AbortController()
    if (!attempt.quiet) setFetched({ loading: true, error: null })
    const take = (page: readonly Alert[]) =>
      setState((feed) => (attempt.quiet && feed.arranged.length > 0 ? takeEvents(feed, page) : takePage(feed, page)))
    void fetchAlerts(take, stop.signal, attempt.pages).then(
      () => setFetched({ loading: false, error: null }),
      (error: unknown) => {
        if (!stop.signal.aborted) setFetched({ loading: false, error: error instanceof Error ? error : new Error(String(error)) })
      },
    )
    return () => {
      // A quiet second look must not cut the first one short.
      if (!attempt.quiet && attempt.number > 0) stop.abort()
    }
  }, [attempt])

  const onReveal = useCallback(() => setState(reveal), [])
  const reload = useCallback(
    () => setAttempt(({ number }) => ({ number: number + 1, quiet: false, pages: Number.POSITIVE_INFINITY })),
    [],
  )
  const feed = useMemo<Feed>(
    () => ({ ...state, ...stream, ...fetched, reveal: onReveal, reload }),
    [state, stream, fetched, onReveal, reload],
  )
  return <FeedContext value={feed}>{children}</FeedContext>
}

/** Page after page to the end, so that no filter is applied to a capped list. */
async function fetchAlerts(take: (page: readonly Alert[]) => void, signal: AbortSignal, pages: number): Promise<void> {
  let cursor: string | null = null
  for (let page = 0; page < pages; page++) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const answer: AlertPage = await getJson(`/api/v1/alerts?state=all&limit=500${query}`, AlertPage, signal)
    take(answer.items)
    cursor = answer.nextCursor
    if (cursor === null) return
  }
}

function alertIn(data: string): Alert | undefined {
  try {
    const parsed = Alert.safeParse(JSON.parse(data))
    return parsed.success ? inert(parsed.data) : undefined
  } catch {
    return undefined
  }
}
