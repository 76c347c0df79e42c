/**
 * A slot's mean power and power factor in two bytes: 12 bits of logarithmic power (0 missing, 1 below a watt, then steps
 * of 0.41 % up to 20 MW) and 4 bits of reactive over active power (0 missing, then steps of 0.1 up to 1.4).
 * A ball mill wobbles by 1.3 %, so nothing that tells one load from another is lost.
 */
const POWER_CODES = 4096
const STEP = Math.log(2e7) / (POWER_CODES - 3)

/** Watts by power code; NaN for missing. */
export const WATTS: Readonly<Float32Array> = wattTable()

function wattTable(): Float32Array {
  const watts = new Float32Array(POWER_CODES)
  watts[0] = Number.NaN
  for (let code = 2; code < POWER_CODES; code++) watts[code] = Math.exp((code - 2) * STEP)
  return watts
}

/** Code of a mean power in W and reactive power in var (NaN where missing). */
export function slotCode(watts: number, vars: number): number {
  const power = powerCode(watts)
  if (Number.isNaN(vars) || power === 1) return power << 4
  const ratio = Math.round(Math.abs(vars / watts) * 10)
  return (power << 4) | (ratio > 14 ? 15 : ratio + 1)
}

/** A logarithm by table, from the bits of a 32-bit float: exponent, and the first twelve bits of the mantissa. */
const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)
const EXPONENTS = Float64Array.from({ length: 256 }, (_, exponent) => ((exponent - 127) * Math.LN2) / STEP)
const MANTISSAS = Float64Array.from({ length: 4096 }, (_, mantissa) => Math.log(1 + (mantissa + 0.5) / 4096) / STEP)

export function powerCode(watts: number): number {
  if (!(watts >= 1)) return 1
  float[0] = watts
  const code = 2 + Math.round(EXPONENTS[bits[0] >>> 23] + MANTISSAS[(bits[0] >>> 11) & 4095])
  return code >= POWER_CODES ? POWER_CODES - 1 : code
}

/** Mean power in W, NaN when the slot is missing. */
export function wattsOf(code: number): number {
  return WATTS[code >>> 4]
}

/** Reactive over active power (tan φ), NaN when unknown. */
export function tangentOf(code: number): number {
  const ratio = code & 15
  return ratio === 0 ? Number.NaN : (ratio - 1) / 10
}
