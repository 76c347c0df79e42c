/** What the fuzz of the tests tells in long. */
import { fuzzHttp } from './fuzz-http.ts'
import { fuzzMqtt } from './fuzz-mqtt.ts'
import { type FuzzedTarget, fuzzReaders } from './fuzz-run.ts'
import type { ToldRun } from './run-parts.ts'
import { flatFigures } from './score-file.ts'

export interface LongFuzz {
  readonly seed: string
  /** Against the readers of bytes; a share of them guided by coverage, which is slower. */
  readonly inputs: number
  readonly guidedShare: number
  readonly sessions: number
  readonly requests: number
  readonly say: (line: string) => void
}

export async function fuzzPart({ seed, inputs, guidedShare, sessions, requests, say }: LongFuzz): Promise<ToldRun> {
  const guided = Math.round(inputs * guidedShare)
  const before = rssMiB()
  const readers = await fuzzReaders({ seed, guided: { inputs: guided }, timed: { inputs: inputs - guided }, say })
  const after = rssMiB()
  const mqtt = await fuzzMqtt(seed, sessions, say)
  const http = await fuzzHttp(seed, requests)
  say(`${http.requests} requests on ${http.routes} routes: ${JSON.stringify(http.statuses)}`)
  const slow = readers.flatMap(({ name, slow: some }) => some.map((line) => `${name}: ${line}`))
  const { honestLost, foreign } = mqtt
  const wrong = honestLost + foreign > 0 ? [`MQTT: ${honestLost} packets lost, ${foreign} under a foreign name`] : []
  const figures = flatFigures({
    readers: {
      inputs: readers.reduce((sum, reader) => sum + reader.inputs, 0),
      guided: readers.reduce((sum, reader) => sum + reader.guided, 0),
      failures: readers.reduce((sum, reader) => sum + reader.failures.length, 0),
      slowerThan10Ms: slow.length,
      longestMs: Number(Math.max(...readers.map(({ longestMs }) => longestMs)).toFixed(1)),
      rssMiB: { before, after },
    },
    mqtt,
    http,
  })
  const complaints = [...readers.flatMap((reader) => reader.failures), ...slow, ...mqtt.failures, ...http.failures, ...wrong]
  return { part: { figures, table: tableOf(readers) }, complaints }
}

function tableOf(readers: readonly FuzzedTarget[]): ToldRun['part']['table'] {
  const head = [
    'reader',
    'inputs',
    'guided',
    'kept',
    'functions entered',
    '% of their text run',
    'longest, ms',
    'MiB early',
    'MiB at the end',
  ]
  const rows = readers.map(({ name, inputs, guided, kept, functions, share, longestMs, rssMiB: { early, end } }) => [
    ...[name, inputs, guided, kept, functions],
    ...[Number((100 * share).toFixed(1)), Number(longestMs.toFixed(1)), early, end],
  ])
  return { head, rows }
}

function rssMiB(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20)
}
