import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { offset } from '../../fixtures/simulator/county.ts'
import type { RealLoad } from './real-loads.ts'
import { GOLD_MINES } from './shared-data.ts'

const Features = z.object({
  features: z.array(
    z.object({
      geometry: z.object({ coordinates: z.tuple([z.number(), z.number()]) }),
      properties: z.object({
        id: z.number(),
        name: z.string(),
        development_status: z.string().nullable(),
        county_code: z.string().nullable(),
      }),
    }),
  ),
})

/** Writes the three ledgers: the USGS gold mines that produce no more, and each load 300 m from another of them. Returns the files. */
export function writeRealLedgers(directory: string, loads: readonly RealLoad[]): string[] {
  const { features } = Features.parse(JSON.parse(gunzipSync(readFileSync(GOLD_MINES)).toString('utf8')))
  const mines = features.filter(({ properties }) => properties.development_status === 'Past Producer')
  const mineRows = mines.map(({ geometry: { coordinates }, properties: { id, name, county_code } }) => {
    const [longitude, latitude] = coordinates
    return `MRDS-${id},"${name.replaceAll('"', '""').slice(0, 100)}",normal-closed,${countyOf(county_code)},${latitude},${longitude},WGS84,100,,unknown`
  })
  const places = loads.map((_, i) => {
    const mine = mines[Math.floor((i * mines.length) / loads.length)]
    if (!mine) throw new RangeError('the list of mines is empty')
    const [longitude, latitude] = mine.geometry.coordinates
    const place = offset(latitude, longitude, 300, 0).map((degrees) => degrees.toFixed(6))
    return { county: countyOf(mine.properties.county_code), place: place.join(',') }
  })
  const areaRows = loads.map(
    ({ usagePoint }, i) => `A-${usagePoint},feeder-${i},${places[i]?.county},${places[i]?.place},WGS84,,300`,
  )
  const pointRows = loads.map(
    ({ usagePoint, meter }, i) => `${usagePoint},${meter},A-${usagePoint},commercial,${places[i]?.place},WGS84`,
  )
  const put = (name: string, header: string, rows: readonly string[]): string => {
    const file = join(directory, name)
    writeFileSync(file, `${[header, ...rows].join('\n')}\n`)
    return file
  }
  return [
    put('mines.csv', 'mine,name,kind,county,latitude,longitude,datum,uncertainty_m,openings,sealing', mineRows),
    put('areas.csv', 'area,feeder,county,latitude,longitude,datum,capacity_kva,radius_m', areaRows),
    put('usage-points.csv', 'usage_point,meter,area,category,latitude,longitude,datum', pointRows),
  ]
}

function countyOf(code: string | null): string {
  return `California ${code ?? 'unknown'}`
}
