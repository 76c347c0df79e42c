import { type Ledger, NO_AREA } from '../../model/ledger.ts'
import { ROLES } from '../../model/usage-point.ts'
import { FAR_DEGREES } from './county.ts'

/** The hamlet of ./county.ts, its customers' meters far from the mine and its transformer where it was. */
export function withHomesFarAway(ledger: Ledger): Ledger {
  const { usagePoints } = ledger
  return { ...ledger, usagePoints: { ...usagePoints, latitude: usagePoints.latitude.map((degrees) => degrees + FAR_DEGREES) } }
}

/** Its transformer has no meter of its own. */
export function withoutTotal(ledger: Ledger): Ledger {
  const area = ledger.usagePoints.area.slice()
  area[ledger.usagePoints.role.indexOf(ROLES.indexOf('area-total'))] = NO_AREA
  return { ...ledger, usagePoints: { ...ledger.usagePoints, area } }
}

/** One more customer, of no area, after the rows of the hamlet. */
export function withMeterAt(ledger: Ledger, latitude: number, longitude: number): Ledger {
  const { usagePoints } = ledger
  const more = usagePoints.length + 1
  const longer = <T extends { length: number; set(from: T): void }>(
    column: T,
    make: (length: number) => T,
    last: (column: T) => void,
  ): T => {
    const made = make(more)
    made.set(column)
    last(made)
    return made
  }
  const bytes = (column: Uint8Array) =>
    longer(
      column,
      (length) => new Uint8Array(length),
      () => {},
    )
  const floats = (column: Float32Array, value: number) =>
    longer(
      column,
      (length) => new Float32Array(length),
      (made) => {
        made[more - 1] = value
      },
    )
  const doubles = (column: Float64Array, value: number) =>
    longer(
      column,
      (length) => new Float64Array(length),
      (made) => {
        made[more - 1] = value
      },
    )
  const words = (column: Uint32Array, value: number) =>
    longer(
      column,
      (length) => new Uint32Array(length),
      (made) => {
        made[more - 1] = value
      },
    )
  return {
    ...ledger,
    usagePoints: {
      length: more,
      id: [...usagePoints.id, 'FAR'],
      area: words(usagePoints.area, NO_AREA),
      category: bytes(usagePoints.category),
      status: bytes(usagePoints.status),
      role: bytes(usagePoints.role),
      statusSince: words(usagePoints.statusSince, 0),
      latitude: doubles(usagePoints.latitude, latitude),
      longitude: doubles(usagePoints.longitude, longitude),
      uncertaintyMeters: floats(usagePoints.uncertaintyMeters, 0),
      contractKw: floats(usagePoints.contractKw, Number.NaN),
      ratio: floats(usagePoints.ratio, 1),
    },
  }
}
