import { tokenHeader } from '../api/token.ts'

/** One event of a server-sent stream (WHATWG HTML §9.2). */
export interface StreamEvent {
  readonly event: string
  readonly data: string
  readonly id: string
}

export interface StreamHandlers {
  /** `resumed` when everything since the last event will follow; otherwise something may have been missed. */
  onOpen(resumed: boolean): void
  onEvent(event: StreamEvent): void
  /** Anything at all arrived, comments included: the stream lives. */
  onBeat(): void
  onLost(): void
}

/** Silence after which the connection counts as dead and is opened anew. */
const SILENCE_MS = 60_000
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000]

/**
 * Follows a server-sent stream until the signal aborts, resuming with Last-Event-ID. Not EventSource, because that hides
 * the keep-alive comments, and without them a quiet night cannot be told from a dead line.
 */
export async function followStream(url: string, handlers: StreamHandlers, signal: AbortSignal): Promise<void> {
  let lastId = ''
  let failures = 0
  while (!signal.aborted) {
    try {
      for await (const event of readStream(url, lastId, handlers, signal)) {
        failures = 0
        if (event.event === 'feed.reset') lastId = ''
        if (event.id !== '') lastId = event.id
        if (event.data !== '') handlers.onEvent(event)
      }
    } catch {
      // A refused, cut or silent connection: all end in the same retry below.
    }
    if (signal.aborted) return
    handlers.onLost()
    await pause(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] ?? 8_000, signal)
  }
}

async function* readStream(
  url: string,
  lastId: string,
  handlers: StreamHandlers,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const silence = new AbortController()
  const stop = () => silence.abort()
  signal.addEventListener('abort', stop)
  let timer = setTimeout(stop, SILENCE_MS)
  try {
    const headers = { accept: 'text/event-stream', ...tokenHeader(), ...(lastId === '' ? {} : { 'last-event-id': lastId }) }
    const response = await fetch(url, { headers, signal: silence.signal, cache: 'no-store' })
    if (!response.ok || !response.body) throw new Error(`stream answered ${response.status}`)
    handlers.onOpen(lastId !== '')
    const reader = response.body.getReader()
    const decoder = new TextDecoder()
    let text = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(stop, SILENCE_MS)
      handlers.onBeat()
      text += decoder.decode(value, { stream: true })
      const blocks = text.split(/\r?\n\r?\n/)
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = eventIn(block)
        if (event) yield event
      }
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    silence.abort()
  }
}

/** The event in one block of lines, with empty data when it only carries an id; undefined for comments. */
export function eventIn(block: string): StreamEvent | undefined {
  let event = 'message'
  let id = ''
  const data: string[] = []
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const field = line.slice(0, colon)
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    else if (field === 'id') id = value
    else if (field === 'data') data.push(value)
  }
  return data.length === 0 && id === '' ? undefined : { event, data: data.join('\n'), id }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
