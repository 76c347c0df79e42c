/** Where the supplies stand: from a mine to the usage points and areas around it, as detectors look from those to the mines. */
import type { Mine } from '../model/mine.ts'
import { ROLES } from '../model/usage-point.ts'
import { type JudgedLedger, radiusOf } from './judged-ledger.ts'
import { distanceMeters, withinReach } from './reach.ts'

const AREA_TOTAL = ROLES.indexOf('area-total')
const CELL_DEGREES = 0.02
const METERS_PER_DEGREE = 111_000

/** Told of a supply: its row, the straight line on record and the distance that is certain, metres. */
export type VisitSupply = (row: number, distanceMeters: number, certainMeters: number) => void

export class SupplyMap {
  readonly known: JudgedLedger
  readonly #leastW: number
  readonly #horizonMeters: number
  readonly #points: Cells
  readonly #areas: Cells

  /** `leastW`: the smallest load that counts as processing, which reaches farthest; `horizonMeters`: beyond it nothing is judged. */
  constructor(known: JudgedLedger, leastW: number, horizonMeters: number) {
    this.known = known
    this.#leastW = leastW
    this.#horizonMeters = horizonMeters
    const { usagePoints, areas } = known.ledger
    const customer = (row: number) => known.watched[row] === 1 && usagePoints.role[row] !== AREA_TOTAL
    this.#points = cellsOf(usagePoints, customer)
    this.#areas = cellsOf(areas, () => true)
  }

  /** Customers' usage points from which the smallest load can be fed to the mine. */
  pointsNear(mine: Mine, visit: VisitSupply): void {
    const { usagePoints } = this.known.ledger
    this.#near(mine, usagePoints, this.#points, (row) => usagePoints.uncertaintyMeters[row], visit)
  }

  areasNear(mine: Mine, visit: VisitSupply): void {
    this.#near(mine, this.known.ledger.areas, this.#areas, (area) => radiusOf(this.known.ledger, area), visit)
  }

  #near(
    mine: Mine,
    { latitude, longitude }: Places,
    cells: Cells,
    uncertainty: (row: number) => number,
    visit: VisitSupply,
  ): void {
    const north = this.#horizonMeters / METERS_PER_DEGREE
    const east = north / Math.max(0.1, Math.cos((mine.latitude * Math.PI) / 180))
    for (let y = cellOf(mine.latitude - north); y <= cellOf(mine.latitude + north); y++) {
      for (let x = cellOf(mine.longitude - east); x <= cellOf(mine.longitude + east); x++) {
        for (const row of cells.get(keyOf(y, x)) ?? NO_ROWS) {
          const meters = distanceMeters(latitude[row], longitude[row], mine.latitude, mine.longitude)
          if (meters > this.#horizonMeters) continue
          const off = uncertainty(row)
          const certainMeters = Math.max(0, meters - (Number.isNaN(off) ? 0 : off) - mine.uncertaintyMeters)
          if (withinReach(this.#leastW, { mine, distanceMeters: meters, certainMeters })) visit(row, meters, certainMeters)
        }
      }
    }
  }
}

interface Places {
  readonly length: number
  readonly latitude: Float64Array
  readonly longitude: Float64Array
}

/** Rows by cell of the map; what has no position is in none. */
type Cells = ReadonlyMap<number, readonly number[]>
const NO_ROWS: readonly number[] = []

function cellsOf({ length, latitude, longitude }: Places, counts: (row: number) => boolean): Cells {
  const cells = new Map<number, number[]>()
  for (let row = 0; row < length; row++) {
    if (!counts(row) || Number.isNaN(latitude[row]) || Number.isNaN(longitude[row])) continue
    const key = keyOf(cellOf(latitude[row]), cellOf(longitude[row]))
    const cell = cells.get(key)
    if (cell === undefined) cells.set(key, [row])
    else cell.push(row)
  }
  return cells
}

function cellOf(degrees: number): number {
  return Math.floor(degrees / CELL_DEGREES)
}

function keyOf(y: number, x: number): number {
  return y * 100_000 + x
}
