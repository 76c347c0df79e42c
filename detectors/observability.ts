/**
 * Observability ledger (可观测性台账): what would be seen, and from which power on, if power were taken to a mine. A supply is
 * in reach when the smallest processing load could be fed from it over a cable; from there it carries the less the
 * farther it is (reach.ts), and its detectors see a load that runs round the clock from a line of their own on
 * (supply-watch.ts). What can be taken unseen at a supply is therefore the smaller of what it carries and that line.
 * Whoever steals picks the blindest supply: `surelySeenW` is the largest of these over all judged supplies of a kind,
 * and what exceeds it is seen within a week wherever it is taken among them. Supplies that are not judged promise
 * nothing; they are counted, with what they carry. Loads of a few hours a day need more power than is said here.
 */
import type { Mine } from '../model/mine.ts'
import type { Observability, Supply, WayOfTaking } from '../model/observability.ts'
import { observabilityReasons } from './observability-wording.ts'
import { carriedW } from './reach.ts'
import type { SupplyMap } from './supply-map.ts'
import type { SupplyWatch, Watched } from './supply-watch.ts'

/** Supplies of a kind that are listed one by one; the counts tell of all. */
const LISTED = 30

export function observabilityOf(mine: Mine, map: SupplyMap, watch: SupplyWatch): Observability {
  const { usagePoints, areas } = map.known.ledger
  const limitOf = (area: number) => (areas.capacityKva[area] > 0 ? areas.capacityKva[area] * 1000 : Number.POSITIVE_INFINITY)
  const metered = new Way('usage-point', usagePoints.id)
  map.pointsNear(mine, (row, distanceMeters, certainMeters) => {
    metered.add(row, distanceMeters, Math.min(carriedW(certainMeters), limitOf(usagePoints.area[row])), watch.point(row))
  })
  const tapped = new Way('area', areas.id)
  map.areasNear(mine, (area, distanceMeters, certainMeters) => {
    tapped.add(area, distanceMeters, Math.min(carriedW(certainMeters), limitOf(area)), watch.area(area))
  })
  const ways = { metered: metered.sum(), tapped: tapped.sum() }
  const found = {
    mine: mine.mine,
    class: isWatched(ways.metered) ? 'metered' : isWatched(ways.tapped) ? 'residual-only' : 'blind',
    ...ways,
    supplies: [...metered.nearest, ...tapped.nearest].sort(byDistance),
  } as const
  return { ...found, reasons: observabilityReasons(found) }
}

/** Learning counts as watched: it will be judged; what is incomplete or silent is neither visible nor cleared. */
function isWatched({ judged, learning }: WayOfTaking): boolean {
  return judged + learning > 0
}

/** Adds up the supplies of one way of taking power. */
class Way {
  readonly nearest: Supply[] = []
  readonly #kind: Supply['kind']
  readonly #ids: readonly string[]
  readonly #counts = { judged: 0, learning: 0, incomplete: 0, silent: 0, 'no-total': 0 }
  #smallestW = Number.POSITIVE_INFINITY
  #surelyW = Number.NEGATIVE_INFINITY
  #unseenW = Number.NEGATIVE_INFINITY

  constructor(kind: Supply['kind'], ids: readonly string[]) {
    this.#kind = kind
    this.#ids = ids
  }

  add(row: number, distanceMeters: number, carryW: number, { watch, seenW }: Watched): void {
    this.#counts[watch]++
    if (watch === 'judged') {
      if (seenW <= carryW) this.#smallestW = Math.min(this.#smallestW, seenW)
      this.#surelyW = Math.max(this.#surelyW, Math.min(seenW, carryW))
    } else this.#unseenW = Math.max(this.#unseenW, carryW)
    const last = this.nearest[this.nearest.length - 1]
    if (this.nearest.length === LISTED && last.distanceMeters <= distanceMeters) return
    const supply = {
      kind: this.#kind,
      id: this.#ids[row],
      distanceMeters,
      carryW: wattsOrNull(carryW),
      watch,
      seenW: wattsOrNull(seenW),
    }
    this.nearest.push(supply)
    this.nearest.sort(byDistance)
    if (this.nearest.length > LISTED) this.nearest.pop()
  }

  sum(): WayOfTaking {
    const { judged, learning, incomplete, silent, 'no-total': noTotal } = this.#counts
    return {
      supplies: judged + learning + incomplete + silent + noTotal,
      judged,
      learning,
      incomplete,
      silent,
      noTotal,
      smallestSeenW: wattsOrNull(this.#smallestW),
      surelySeenW: wattsOrNull(this.#surelyW),
      unseenUpToW: wattsOrNull(this.#unseenW),
    }
  }
}

function byDistance(a: Supply, b: Supply): number {
  return a.distanceMeters - b.distanceMeters || (a.kind === b.kind ? (a.id < b.id ? -1 : 1) : a.kind < b.kind ? -1 : 1)
}

function wattsOrNull(watts: number): number | null {
  return Number.isFinite(watts) ? Math.round(watts) : null
}
