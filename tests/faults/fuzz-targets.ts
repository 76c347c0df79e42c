/** Everything that reads bytes from outside, with what must hold whatever the bytes are. */
import assert from 'node:assert/strict'
import { payloadSamples, SAMPLES_TIME_ZONE } from '../../fixtures/payload-samples.ts'
import { MOST_REGISTER_WH, MOST_WH, TAKEN } from '../../ingest/byte-sink.ts'
import { readReadingsCsv } from '../../ingest/csv-readings.ts'
import { recogniseCsv } from '../../ingest/csv-recognise.ts'
import type { CsvReject } from '../../ingest/csv-reject.ts'
import { CsvFileError } from '../../ingest/csv-reject.ts'
import {
  readAreas,
  readEvents,
  readFindings,
  readLawfulUses,
  readMines,
  readUsagePoints,
  type TableOptions,
} from '../../ingest/csv-table.ts'
import { canonicalDecoders } from '../../ingest/decode-canonical.ts'
import { decodePackets } from '../../ingest/decode-packets.ts'
import { DecodeError } from '../../ingest/decoder.ts'
import { readMeterOrder } from '../../ingest/meter-order.ts'
import { MeterOwners } from '../../ingest/meter-owners.ts'
import { Registers } from '../../ingest/registers.ts'
import { splitPayloads } from '../../ingest/split-payloads.ts'
import { TimeZone } from '../../ingest/time-zone.ts'
import { TopicRoutes } from '../../ingest/topic-routes.ts'
import { compileTopicRules } from '../../ingest/topic-rule.ts'
import { isReadingQuality } from '../../model/reading-quality.ts'
import { ledgerOfMeters } from '../ingest/sample-ledger.ts'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  /** Longer inputs are cut: a message may be long, of a file it is the row that counts. */
  readonly mostBytes?: number
  /** Throws when something is not as it must be. */
  run(input: Uint8Array): void | Promise<void>
  /** What is timed, where `run` does more than what the service does. */
  read?(input: Uint8Array): void
}

const zone = new TimeZone(SAMPLES_TIME_ZONE)
const RECEIVED = Date.UTC(2026, 10, 25)
const PAST = 400 * 86_400
const decoders = canonicalDecoders(zone)
const routes = new TopicRoutes([], decoders)
const ledger = ledgerOfMeters('A', 'B', 'C', 'M-1', 'M-2', '010203040506', '010203040507')
const samples = payloadSamples()

export function fuzzTargets(): readonly FuzzTarget[] {
  return [...['readings', 'registers', 'events'].map(packetTarget), payloadFileTarget, topicTarget, orderTarget, ...csvTargets()]
}

function packetTarget(kind: string): FuzzTarget {
  const decoder = decoders.find(({ name }) => name === `canonical-${kind}`)
  assert(decoder)
  const context = {
    ...{ ledger, routes, registers: new Registers(), owners: new MeterOwners() },
    window: { futureSeconds: 300, pastSeconds: PAST },
  }
  const seeds = samples.filter(({ format }) => format === `canonical-${kind}`).map(({ payload }) => payload)
  const topic = `adit/v1/gw/${kind}`
  const read = (payload: Uint8Array) =>
    decodePackets([{ position: 1, gateway: 'gw', topic, payload, receivedAt: RECEIVED }], context)
  return {
    name: `packet of ${kind}`,
    seeds,
    read,
    run: (payload) => {
      const { batch, refused, counts, events } = read(payload)
      const count = counts.get('gw')
      assert(count)
      const { received, readings, registers, repeatedRegisters, quarantined } = count
      assert.equal(received, readings + registers + repeatedRegisters + quarantined, 'the book does not balance')
      assert.equal(
        refused.reduce((sum, refusal) => sum + refusal.readings, 0),
        quarantined,
        'values are in quarantine that are not counted, or the other way round',
      )
      for (const { reason, remedy, code } of refused)
        assert(reason !== '' && remedy !== '' && code !== '', 'a refusal says nothing')
      const { usagePoint, energyWh, start, seconds, quality } = batch.columns
      for (let row = 0; row < batch.length; row++) {
        assert(
          usagePoint[row] < ledger.usagePoints.length && energyWh[row] >= 0 && energyWh[row] <= MOST_WH,
          'a row is out of bounds',
        )
        assert(
          seconds[row] > 0 && start[row] <= RECEIVED / 1000 + 300 && isReadingQuality(quality[row]),
          'a row is out of bounds',
        )
      }
      for (const { at } of events) assert(at <= RECEIVED / 1000 + 300, 'an event is from the future')
      assert.deepEqual(
        rowsOf((sink) => decoder.decodeBytes(payload, '', sink)),
        rowsOf((sink) => decoder.decode(payload, '', sink)),
      )
    },
  }
}

type Sink = Parameters<(typeof decoders)[number]['decodeBytes']>[2]

/** What a way of reading gives: its rows, or what it complains of. */
function rowsOf(read: (sink: Sink) => void): unknown {
  let rows: unknown[] = []
  const name = (bytes: Uint8Array, from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString()
  const take = (...row: unknown[]) => {
    rows.push(row)
  }
  const takeAt = (bytes: Uint8Array, from: number, to: number, ...row: number[]) => {
    rows.push([name(bytes, from, to), ...row])
    return TAKEN
  }
  try {
    read({
      reading: take,
      register: take,
      event: take,
      readingAt: takeAt,
      registerAt: takeAt,
      restart: () => {
        rows = []
      },
    })
    return rows
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return [error.code, error.field, error.value, error.message]
  }
}

const payloadFileTarget: FuzzTarget = {
  name: 'file of payloads',
  seeds: [Buffer.concat(samples.slice(0, 6).flatMap(({ payload }) => [payload, Buffer.from('\n')]))],
  run: (input) => {
    const payloads = splitPayloads(input)
    assert(payloads.reduce((sum, { length }) => sum + length, 0) <= input.length)
  },
}

const rules = compileTopicRules(['adit/v1/{gateway}/#', '+/{gateway}/telemetry', 'county/{gateway}/+/load'])

const topicTarget: FuzzTarget = {
  name: 'topic',
  seeds: ['adit/v1/gw-1/readings', 'county/gw-1/7/load', 'x/gw-1/telemetry', '$adit/import', '$adit/meters'].map((text) =>
    Buffer.from(text),
  ),
  run: (input) => {
    const topic = Buffer.from(input).toString()
    const gateway = rules.gatewayOf(topic)
    assert(
      gateway === undefined ||
        (/^[A-Za-z0-9_-]{1,64}$/.test(gateway) && topic.split('/').includes(gateway) && !topic.startsWith('$')),
    )
    routes.decoderFor(topic)
  },
}

const orderTarget: FuzzTarget = {
  name: 'order to move meters',
  seeds: ['{"from":"gw-1","to":null,"meters":["A","B"]}', '{"from":null,"to":"gw-2","meters":null}'].map((text) =>
    Buffer.from(text),
  ),
  run: (payload) => {
    try {
      readMeterOrder({ position: 1, gateway: '$import', topic: '$adit/meters', payload, receivedAt: RECEIVED })
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
    }
  },
}

const TABLES = {
  'usage points': [
    readUsagePoints,
    'usage_point,meter,area,category,latitude,longitude,contract_kw,ct_ratio,pt_ratio,status,status_since,role,name,county\nU1,M1,T1,Industrial,24.5,98.1,315,40,100,暂停,2020-02-01,area-total,"王, 二",芒市\nU2,M2,,居民,,,,,,,,,,\n',
  ],
  areas: [
    readAreas,
    'area,feeder,county,latitude,longitude,datum,capacity_kva,radius_m,name\nT1,F1,芒市,24.5,98.1,GCJ-02,315,500,"老厂 ""一"""\nT2,F1,Luxi,24°30\'00",98.2,,,,\n',
  ],
  mines: [
    readMines,
    'mine,name,kind,county,latitude,longitude,datum,uncertainty_m,openings,sealing,town,responsible,supervisor,closed_on\nM1,老厂洞,政策性关闭,芒市,24.5,98.1,BD-09,30,3,封堵不彻底,镇,李,张,1988-07-01\nM2,x,dig-point,Luxi,24.4,98.2,,,,,,,,\n',
  ],
  'lawful uses': [
    readLawfulUses,
    'usage_point,use,from,to,permit,max_kw\nU1,ore sorting,2026-01-01,2026-12-31,云矿 12,80\nU2,kiln,2026-01-01T00:00:00+08:00,,,\n',
  ],
  events: [
    readEvents,
    'meter,at,code,detail\nM1,2026-11-24T01:02:03+08:00,terminal-cover-opened,left\nM2,2026-11-24 01:05,dsmr:42,\n',
  ],
  findings: [
    readFindings,
    'subject,found_at,result,kind,innocent_kind,chosen\nU1,2026-11-24,confirmed,usage-point,,rank\nT1,2026-11-24,innocent,area,kiln,抽查\n',
  ],
} as const

const CSV_BYTES = 4_096

function csvTargets(): FuzzTarget[] {
  const readingsFiles = samples.filter(({ format }) => format === 'csv').map(({ payload }) => payload)
  const readings: FuzzTarget = {
    name: 'CSV of readings',
    mostBytes: CSV_BYTES,
    seeds: readingsFiles,
    run: (input) =>
      readingCsv(async (rejects) => {
        let taken = 0
        const take = (most: number) => {
          return (_bytes: Uint8Array, from: number, to: number, start: number, ...values: number[]) => {
            assert(to >= from && start >= 0 && start <= 0xffff_ffff, 'a row is out of bounds')
            assert(
              values.every((value) => !(Math.abs(value) > most)),
              'a value is out of bounds',
            )
            taken++
            return TAKEN
          }
        }
        const reject = (one: CsvReject) => rejects.push(one)
        const result = await readReadingsCsv(chunksOf(input), {
          zone,
          sink: { readingAt: take(MOST_WH), registerAt: take(MOST_REGISTER_WH) },
          reject,
        })
        assert.deepEqual([result.taken, result.rejected], [taken, rejects.length], 'the counts are not those of the rows')
      }),
  }
  const tables = Object.entries(TABLES).map(
    ([name, [read, text]]): FuzzTarget => ({
      name: `CSV of ${name}`,
      mostBytes: CSV_BYTES,
      seeds: [Buffer.from(text)],
      run: (input) =>
        readingCsv(async (rejects) => {
          const options: TableOptions = { zone, territory: null, reject: (reject) => rejects.push(reject) }
          const { records, lines, rows } = await read(chunksOf(input), options)
          assert.deepEqual([lines.length, rows.length], [records.length, records.length])
        }),
    }),
  )
  const recognise: FuzzTarget = {
    name: 'header of a CSV file',
    mostBytes: CSV_BYTES,
    seeds: [...readingsFiles, ...Object.values(TABLES).map(([, text]) => Buffer.from(text))],
    run: (input) =>
      readingCsv(async () => {
        await recogniseCsv(chunksOf(input))
      }),
  }
  return [readings, ...tables, recognise]
}

async function readingCsv(read: (rejects: CsvReject[]) => Promise<void>): Promise<void> {
  const rejects: CsvReject[] = []
  try {
    await read(rejects)
  } catch (error) {
    if (!(error instanceof CsvFileError)) throw error
    assert(error.message !== '' && error.remedy !== '', 'a refused file says nothing')
  }
  for (const { line, reason, remedy } of rejects)
    assert(line >= 1 && reason !== '' && remedy !== '', 'a rejected row says nothing')
}

/** In pieces of 7 and of 4,096 bytes by turns of the length, so that every place is once the end of a piece. */
async function* chunksOf(input: Uint8Array): AsyncIterable<Uint8Array> {
  const bytes = input.length % 2 === 0 && input.length < 512 ? 7 : 4_096
  for (let from = 0; from < input.length; from += bytes) yield input.subarray(from, from + bytes)
}
