import type { JournalReader, Slice } from '../ingest/journal.ts'

/** A journal whose slices come as they are, and one without packets whenever none came for a while: what waits for a quiet moment has its turn then. */
export function withQuietMoments(journal: Pick<JournalReader, 'readFrom'>, quietMs: number): Pick<JournalReader, 'readFrom'> {
  return {
    async *readFrom(position, signal) {
      const slices = journal.readFrom(position, signal)[Symbol.asyncIterator]()
      let at = position
      for (let next = slices.next(); ; ) {
        const result = await within(next, quietMs)
        if (result?.done) return
        at = result?.value.position ?? at
        yield result?.value ?? { packets: [], position: at }
        if (result !== null) next = slices.next()
      }
    },
  }
}

/** Null when it takes longer. */
async function within(next: Promise<IteratorResult<Slice>>, ms: number): Promise<IteratorResult<Slice> | null> {
  const { promise, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(resolve, ms, null)
  try {
    return await Promise.race([next, promise])
  } finally {
    clearTimeout(timer)
  }
}
