/**
 * node tests/faults/fuzz.ts --inputs 1e7 --sessions 1e5 --requests 1e5 --seed S: the fuzz of the tests in long, its result in
 * docs/scoreboard/fuzz.json.
 */
import { parseArgs } from 'node:util'
import { fuzzHttp } from './fuzz-http.ts'
import { fuzzMqtt } from './fuzz-mqtt.ts'
import { fuzzReaders } from './fuzz-run.ts'
import { writeScore } from './score-file.ts'

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1e7' },
    guided: { type: 'string', default: '0.05' },
    sessions: { type: 'string', default: '1e5' },
    requests: { type: 'string', default: '1e5' },
    seed: { type: 'string', default: '1' },
  },
})
const { seed } = values
const [inputs, guidedShare, sessions, requests] = [values.inputs, values.guided, values.sessions, values.requests].map(Number)
const began = performance.now()
const say = (line: string) => console.log(`${Math.round((performance.now() - began) / 1000)} s: ${line}`)
const rssMiB = () => Math.round(process.memoryUsage().rss / 2 ** 20)

const before = rssMiB()
const readers = await fuzzReaders({ seed, inputs, guidedShare, say })
const after = rssMiB()
const mqtt = await fuzzMqtt(seed, sessions, say)
const http = await fuzzHttp(seed, requests)
say(`${http.requests} requests on ${http.routes} routes: ${JSON.stringify(http.statuses)}`)

const failures = [...readers.flatMap((reader) => reader.failures), ...mqtt.failures, ...http.failures]
const slow = readers.flatMap(({ name, slow: some }) => some.map((line) => `${name}: ${line}`))
for (const line of [...failures, ...slow]) console.error(line)
const command = `node tests/faults/fuzz.ts --inputs ${inputs} --guided ${guidedShare} --sessions ${sessions} --requests ${requests} --seed ${seed}`
writeScore('fuzz', {
  ...{ command, seed, seconds: Math.round((performance.now() - began) / 1000) },
  readers: {
    inputs: readers.reduce((sum, reader) => sum + reader.inputs, 0),
    failures: readers.reduce((sum, reader) => sum + reader.failures.length, 0),
    slowerThan10Ms: slow.length,
    longestMs: Number(Math.max(...readers.map(({ longestMs }) => longestMs)).toFixed(1)),
    rssMiB: { before, after },
  },
  rows: readers.map(({ name, inputs: count, kept, blocks, longestMs }) => ({
    name,
    inputs: count,
    kept,
    blocks,
    longestMs: Number(longestMs.toFixed(1)),
  })),
  mqtt,
  http,
})
process.exitCode = failures.length + slow.length + mqtt.honestLost + mqtt.foreign === 0 ? 0 : 1
