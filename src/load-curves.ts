import type { DayClock } from '../detectors/day-clock.ts'
import type { Ledger } from '../model/ledger.ts'
import { ROLES, STATUSES } from '../model/usage-point.ts'
import { ApiProblem } from './api/problem.ts'
import type { LoadCurve } from './api/service-parts.ts'
import { areaResidual } from './area-residual.ts'
import type { LoadProfile, ReadingStore } from './stores/reading-store.ts'
import { StoreUnavailable } from './stores/store-unavailable.ts'

const AREA_TOTAL = ROLES.indexOf('area-total')
const ACTIVE = STATUSES.indexOf('active')
/** Every meter of the area is read from the store for its residual. */
const MOST_METERS = 1_000

/** Load curves from the readings in the store. */
export class LoadCurves {
  readonly #store: Pick<ReadingStore, 'loadProfiles'>
  readonly #clock: DayClock
  readonly #ledger: () => Ledger
  readonly #steadiestW: number

  /** `steadiestW`: as in detectors/surplus.ts. */
  constructor(store: Pick<ReadingStore, 'loadProfiles'>, clock: DayClock, ledger: () => Ledger, steadiestW: number) {
    this.#store = store
    this.#clock = clock
    this.#ledger = ledger
    this.#steadiestW = steadiestW
  }

  /** Of usage point row `usagePoint`, for starts in [from, to), UTC seconds. */
  async ofUsagePoint(usagePoint: number, from: number, to: number): Promise<LoadCurve> {
    const [profile] = await this.#read([usagePoint], from, to)
    return { profile, expected: null }
  }

  /** Of the unexplained residual of area row `area`; the band is of the days before `before` (UTC seconds). */
  async ofResidual(area: number, from: number, to: number, before: number | null): Promise<LoadCurve> {
    const { usagePoints } = this.#ledger()
    const rows: number[] = []
    for (let row = 0; row < usagePoints.length; row++) if (usagePoints.area[row] === area) rows.push(row)
    if (rows.length > MOST_METERS) {
      throw new ApiProblem(
        409,
        'area-too-large',
        `The area has ${rows.length} meters; the residual is shown for up to ${MOST_METERS}.`,
      )
    }
    const profiles = await this.#read(rows, from, to)
    const isTotal = (index: number) => usagePoints.role[rows[index]] === AREA_TOTAL
    return areaResidual(
      this.#clock,
      profiles.filter((_, index) => isTotal(index)),
      profiles.flatMap((profile, index) =>
        isTotal(index) ? [] : [{ profile, mayBeSilent: usagePoints.status[rows[index]] !== ACTIVE }],
      ),
      { from, to, before, steadiestW: this.#steadiestW },
    )
  }

  async #read(usagePoints: readonly number[], from: number, to: number): Promise<LoadProfile[]> {
    try {
      return await this.#store.loadProfiles(usagePoints, from, to)
    } catch (error) {
      if (error instanceof StoreUnavailable) throw new ApiProblem(503, 'store-unavailable', error.message)
      throw error
    }
  }
}
