import { type FluxTableMetaData, flux, type QueryApi } from '@influxdata/influxdb-client'
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
    |> filter(fn: (r) => r._measurement == "reading" and r.usage_point == ${id})
    |> keep(columns: ["_time", "_field", "_value", "revision"])`

  // InfluxDB answers field by field: the fields of one reading meet by revision and time.
  const readings = new Map<string, StoredReading>()
  await new Promise<void>((resolve, reject) => {
    let table: FluxTableMetaData | undefined
    let place = placesIn(undefined)
    api.queryRows(query, {
      next(values, meta) {
        if (meta !== table) {
          table = meta
          place = placesIn(meta)
        }
        const time = values[place.time]
        const field = values[place.field]
        const key = `${values[place.revision] ?? ''} ${time}`
        let reading = readings.get(key)
        if (reading === undefined) {
          reading = absentReading(Date.parse(time) / 1000)
          readings.set(key, reading)
        }
        if (isField(field)) reading[field] = Number(values[place.value])
      },
      error: reject,
      complete: resolve,
    })
  })
  for (const { start, seconds, energy_wh, reactive_varh, quality, flags, position } of readings.values()) {
    rows.add(start, seconds, energy_wh, reactive_varh, quality, flags, position)
  }
  return rows
}

/** Where a table has its columns; one that it does not have is at -1. */
function placesIn(table: FluxTableMetaData | undefined) {
  const indexOf = (name: string) => table?.columns.find(({ label }) => label === name)?.index ?? -1
  return { time: indexOf('_time'), field: indexOf('_field'), value: indexOf('_value'), revision: indexOf('revision') }
}

function absentReading(start: number): StoredReading {
  const { seconds, quality, flags, position } = ABSENT
  return { start, energy_wh: Number.NaN, reactive_varh: Number.NaN, seconds, quality, flags, position }
}

function isField(name: string): name is Exclude<keyof StoredReading, 'start'> {
  return ['energy_wh', 'reactive_varh', 'seconds', 'quality', 'flags', 'position'].includes(name)
}
