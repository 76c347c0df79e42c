import type { LawfulUse } from './lawful-use.ts'
import type { Mine } from './mine.ts'

/** `area` of a usage point that belongs to none. */
export const NO_AREA = 0xffff_ffff

/**
 * The ledgers (台账) as look-up columns: one immutable version, swapped whole between slices.
 * Usage points and areas are named by row number; a row number, once given, always means the same usage point.
 * Positions are WGS84 degrees; a usage point without one has its area's, NaN when that is unknown too.
 */
export interface Ledger {
  readonly version: number
  readonly usagePoints: UsagePointColumns
  readonly areas: AreaColumns
  readonly mines: readonly Mine[]
  /** By row of the usage point. */
  readonly lawfulUses: ReadonlyMap<number, readonly LawfulUse[]>
  /** Row of the usage point that a meter measures, -1 when no ledger knows the meter. */
  rowOfMeter(meter: string): number
  /** The same from the meter number's bytes (ASCII) in [from, to), without making a string. */
  rowOfMeterBytes(bytes: Uint8Array, from: number, to: number): number
}

export interface UsagePointColumns {
  readonly length: number
  readonly id: readonly string[]
  readonly area: Uint32Array
  /** Index into CATEGORIES, STATUSES, ROLES (model/usage-point.ts). */
  readonly category: Uint8Array
  readonly status: Uint8Array
  readonly role: Uint8Array
  /** UTC seconds, 0 when unknown. */
  readonly statusSince: Uint32Array
  readonly latitude: Float64Array
  readonly longitude: Float64Array
  /** Metres by which the position may be wrong: 0 when surveyed, the area's radius when it is the area's. */
  readonly uncertaintyMeters: Float32Array
  /** kW, NaN when unknown. */
  readonly contractKw: Float32Array
  /** CT × PT ratio still to be applied to what arrives; 1 when it arrives applied. */
  readonly ratio: Float32Array
}

export interface AreaColumns {
  readonly length: number
  readonly id: readonly string[]
  readonly feeder: readonly string[]
  readonly county: readonly string[]
  readonly latitude: Float64Array
  readonly longitude: Float64Array
  /** kVA and metres, NaN when unknown. */
  readonly capacityKva: Float32Array
  readonly radiusMeters: Float32Array
}
