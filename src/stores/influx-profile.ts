import { flux, type QueryApi } from '@influxdata/influxdb-client'
import { ABSENT } from './line-encoder.ts'
import type { StoredRows } from './resolve-revisions.ts'
import { RowColumns } from './row-columns.ts'

interface StoredReading {
  readonly start: number
  energy_wh: number
  reactive_varh: number
  seconds: number
  quality: number
  flags: number
  position: number
}

/** Every value that InfluxDB holds for one usage point and starts in [from, to). */
export async function readProfile(api: QueryApi, bucket: string, id: string, from: number, to: number): Promise<StoredRows> {
  const rows = new RowColumns()
  if (from >= to) return rows
  const query = flux`from(bucket: ${bucket}) |> range(start: ${from}, stop: ${to})
    |> filter(fn: (r) => r._measurement == "reading" and r.usage_point == ${id})`

  // InfluxDB answers field by field: the fields of one reading meet by revision and time.
  const readings = new Map<string, StoredReading>()
  for await (const { values, tableMeta } of api.iterateRows(query)) {
    const time = tableMeta.get(values, '_time')
    const field = tableMeta.get(values, '_field')
    const revision = tableMeta.columns.some(({ label }) => label === 'revision') ? tableMeta.get(values, 'revision') : ''
    const key = `${revision} ${time}`
    const reading = readings.get(key) ?? absentReading(Date.parse(time) / 1000)
    if (isField(field)) reading[field] = Number(tableMeta.get(values, '_value'))
    readings.set(key, reading)
  }
  for (const { start, seconds, energy_wh, reactive_varh, quality, flags, position } of readings.values()) {
    rows.add(start, seconds, energy_wh, reactive_varh, quality, flags, position)
  }
  return rows
}

function absentReading(start: number): StoredReading {
  const { seconds, quality, flags, position } = ABSENT
  return { start, energy_wh: Number.NaN, reactive_varh: Number.NaN, seconds, quality, flags, position }
}

function isField(name: string): name is Exclude<keyof StoredReading, 'start'> {
  return ['energy_wh', 'reactive_varh', 'seconds', 'quality', 'flags', 'position'].includes(name)
}
