/** Streams of readings for property tests: in order of time, and cut anywhere. */
import type { Random } from '../../fixtures/simulator/random.ts'
import type { Reading } from './county.ts'

/** Batches of one interval each. */
export function* intervals(readings: readonly Reading[]): Iterable<Reading[]> {
  let batch: Reading[] = []
  for (const reading of readings) {
    if (batch.length > 0 && batch[0].start !== reading.start) {
      yield batch
      batch = []
    }
    batch.push(reading)
  }
  if (batch.length > 0) yield batch
}

/** Batches of 1 to `most` readings. */
export function* cutAnywhere(readings: readonly Reading[], most: number, random: Random): Iterable<Reading[]> {
  for (let from = 0; from < readings.length; ) {
    const length = random.int(1, most)
    yield readings.slice(from, from + length)
    from += length
  }
}

/** Delays each reading by less than a day, sends some twice, and cuts the stream anywhere. */
export function* disorder(readings: readonly Reading[], most: number, random: Random): Iterable<Reading[]> {
  const sent: { at: number; reading: Reading }[] = []
  for (const reading of readings) {
    const delay = random.chance(0.5) ? 0 : random.uniform(0, 23.7 * 3600)
    sent.push({ at: reading.start + delay, reading })
    if (random.chance(0.05)) sent.push({ at: reading.start + random.uniform(0, 23.7 * 3600), reading })
  }
  sent.sort((a, b) => a.at - b.at || (random.chance(0.5) ? -1 : 1))
  yield* cutAnywhere(
    sent.map(({ reading }) => reading),
    most,
    random,
  )
}
