/** Where the CPU seconds go: the service under V8's profiler while batches come in, self time by room of the house. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { benchPipeline } from './pipeline.ts'
import { table } from './quality/report.ts'

const Profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})

/** By what the path of a file ends in; the first that fits counts. */
const STEPS: readonly (readonly [RegExp, string])[] = [
  [/ingest\/(scan-|decode-|json-guard|packet-sink|decimal|instant|byte-sink)/, 'reading JSON'],
  [/ingest\/(sqlite-journal|journal-|archive-|insistent)|node:sqlite/, 'journal'],
  [/ingest\//, 'MQTT edge'],
  [/aedes|mqtt-packet|mqtt-connection|node:net|node:internal\/(streams|stream_base)|readable-stream/, 'MQTT edge'],
  [/src\/stores|duckdb|parquet/i, 'store'],
  [/detectors\//, 'detectors'],
  [/src\/ledger/, 'meter look-up'],
  [/model\//, 'columns'],
  [/src\//, 'the line around it'],
]

/** Milliseconds of each step per million readings, as lines of a table. */
export async function benchProfile(readings: number): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'adit-bench-profile-'))
  try {
    const node = ['--cpu-prof', '--cpu-prof-interval', '500', '--cpu-prof-dir', directory]
    const result = await benchPipeline({ usagePoints: 20_000, readings, perMessage: 100, node })
    if (!result) return []
    const spent = new Map<string, number>()
    for (const file of readdirSync(directory)) addProfile(spent, join(directory, file))
    const rows = [...spent].sort((a, b) => b[1] - a[1])
    return table([
      ['step', 'CPU ms per million readings'],
      ...rows.map(([step, microseconds]) => [step, (microseconds / 1000 / (result.readings / 1e6)).toFixed(0)]),
    ])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What Node does itself belongs to the step that asked for it. */
function addProfile(spent: Map<string, number>, file: string): void {
  const { nodes, samples, timeDeltas } = Profile.parse(JSON.parse(readFileSync(file, 'utf8')))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const own = new Map(nodes.map(({ id, callFrame }) => [id, stepOf(callFrame.functionName, callFrame.url)]))
  const stepAt = (id: number | undefined): string => (id === undefined ? 'Node itself' : (own.get(id) ?? stepAt(parents.get(id))))
  for (const [i, id] of samples.entries()) {
    const step = stepAt(id)
    if (step !== WAITING) spent.set(step, (spent.get(step) ?? 0) + (timeDeltas[i] ?? 0))
  }
}

const WAITING = 'waiting'

function stepOf(functionName: string, url: string): string | undefined {
  if (functionName === '(idle)' || functionName === '(program)') return WAITING
  if (functionName === '(garbage collector)') return 'garbage collection'
  return STEPS.find(([pattern]) => pattern.test(url))?.[1]
}
