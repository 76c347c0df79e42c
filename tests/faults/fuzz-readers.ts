import { expect } from 'vitest'
import { fuzzReaders } from './fuzz-run.ts'

/** Of each of the two files that stand side by side: two minutes together. */
const GUIDED_SECONDS = 61
const TIMED_INPUTS = 10_000

/** FAULT_SEED draws other inputs; how far a run comes with them is a matter of the machine. */
export async function expectReadersToHold(of: RegExp, count: number): Promise<void> {
  const seed = process.env.FAULT_SEED ?? '1127'
  const guided = { seconds: GUIDED_SECONDS }
  const readers = await fuzzReaders({ seed, of, guided, timed: { inputs: TIMED_INPUTS }, say: (line) => console.log(line) })
  expect(readers.flatMap(({ failures }) => failures)).toEqual([])
  expect(readers.length).toBe(count)
  // without these the inputs reach nothing
  for (const { name, inputs, functions, share } of readers) {
    expect(inputs, name).toBeGreaterThan(TIMED_INPUTS / 50)
    expect(functions, name).toBeGreaterThan(3)
    expect(share, name).toBeGreaterThan(0.9)
  }
}
