/** What the detectors need of one ledger version, laid out for loops: who belongs to which area, and who is worth judging. */
import { type Ledger, NO_AREA } from '../model/ledger.ts'
import { ROLES, STATUSES } from '../model/usage-point.ts'
import { distanceMeters, type MineInSight, minesInSight } from './reach.ts'

const ACTIVE = STATUSES.indexOf('active')
const AREA_TOTAL = ROLES.indexOf('area-total')
const CELL_DEGREES = 0.1

export interface JudgedLedger {
  readonly ledger: Ledger
  /** 1 for usage points near enough to a mine to be judged. */
  readonly watched: Uint8Array
  /** 1 for suspended and closed accounts. */
  readonly dead: Uint8Array
  readonly areaWatched: Uint8Array
  /** Row of the transformer's own meter by area, -1 when it has none. */
  readonly totalRow: Int32Array
  /** Rows of the customers of area a: members[memberStart[a]] to members[memberStart[a + 1] - 1]. */
  readonly memberStart: Uint32Array
  readonly members: Uint32Array
  minesNearPoint(row: number): readonly MineInSight[]
  minesNearArea(area: number): readonly MineInSight[]
}

const MOST_MINES = 5
const NO_CELL: readonly number[] = []

export function judgedLedger(ledger: Ledger, horizonMeters: number): JudgedLedger {
  const { usagePoints, areas, mines } = ledger
  const near = nearMines(ledger, horizonMeters)
  const areaWatched = new Uint8Array(areas.length)
  for (let area = 0; area < areas.length; area++) {
    areaWatched[area] = near(areas.latitude[area], areas.longitude[area], radiusOf(ledger, area))
  }
  const watched = new Uint8Array(usagePoints.length)
  const dead = new Uint8Array(usagePoints.length)
  const totalRow = new Int32Array(areas.length).fill(-1)
  const memberStart = new Uint32Array(areas.length + 1)
  for (let row = 0; row < usagePoints.length; row++) {
    const area = usagePoints.area[row]
    if (usagePoints.role[row] === AREA_TOTAL) {
      if (area !== NO_AREA) totalRow[area] = row
      continue
    }
    if (area !== NO_AREA) memberStart[area + 1]++
    watched[row] =
      area !== NO_AREA && areaWatched[area] === 1
        ? 1
        : near(usagePoints.latitude[row], usagePoints.longitude[row], usagePoints.uncertaintyMeters[row])
    dead[row] = usagePoints.status[row] === ACTIVE ? 0 : 1
  }
  for (let area = 0; area < areas.length; area++) memberStart[area + 1] += memberStart[area]
  const members = new Uint32Array(memberStart[areas.length])
  const next = memberStart.slice()
  for (let row = 0; row < usagePoints.length; row++) {
    const area = usagePoints.area[row]
    if (usagePoints.role[row] !== AREA_TOTAL && area !== NO_AREA) members[next[area]++] = row
  }
  const seen = new Map<number, readonly MineInSight[]>()
  const cached = (key: number, look: () => readonly MineInSight[]) => {
    const known = seen.get(key) ?? look()
    seen.set(key, known)
    return known
  }
  return {
    ledger,
    watched,
    dead,
    areaWatched,
    totalRow,
    memberStart,
    members,
    minesNearPoint: (row) =>
      cached(row, () =>
        minesInSight(
          mines,
          usagePoints.latitude[row],
          usagePoints.longitude[row],
          usagePoints.uncertaintyMeters[row],
          horizonMeters,
          MOST_MINES,
        ),
      ),
    minesNearArea: (area) =>
      cached(-1 - area, () =>
        minesInSight(mines, areas.latitude[area], areas.longitude[area], radiusOf(ledger, area), horizonMeters, MOST_MINES),
      ),
  }
}

/** Half the radius: a tap is more often inside the area than at its rim. */
export function radiusOf({ areas }: Ledger, area: number): number {
  return Number.isNaN(areas.radiusMeters[area]) ? 250 : areas.radiusMeters[area] / 2
}

/** 1 when a mine is within the horizon; by a grid of cells, since a million points would each look at every mine. */
function nearMines(
  { mines }: Ledger,
  horizonMeters: number,
): (latitude: number, longitude: number, uncertainty: number) => number {
  const cells = new Map<number, number[]>()
  const cellOf = (degrees: number) => Math.floor(degrees / CELL_DEGREES)
  const keyOf = (y: number, x: number) => (y + 1_000) * 10_000 + x + 2_000
  mines.forEach((mine, index) => {
    const key = keyOf(cellOf(mine.latitude), cellOf(mine.longitude))
    const cell = cells.get(key)
    if (cell === undefined) cells.set(key, [index])
    else cell.push(index)
  })
  return (latitude, longitude, uncertainty) => {
    if (Number.isNaN(latitude)) return 1
    const reach = horizonMeters + (Number.isNaN(uncertainty) ? 0 : uncertainty)
    const northCells = Math.ceil(reach / 111_000 / CELL_DEGREES)
    const eastCells = Math.ceil(reach / (111_000 * Math.max(0.1, Math.cos((latitude * Math.PI) / 180))) / CELL_DEGREES)
    for (let y = cellOf(latitude) - northCells; y <= cellOf(latitude) + northCells; y++) {
      for (let x = cellOf(longitude) - eastCells; x <= cellOf(longitude) + eastCells; x++) {
        for (const index of cells.get(keyOf(y, x)) ?? NO_CELL) {
          if (distanceMeters(latitude, longitude, mines[index].latitude, mines[index].longitude) <= reach) return 1
        }
      }
    }
    return 0
  }
}
