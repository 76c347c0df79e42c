/** Written by `node bench/quality.ts --fit-calibration --write`; docs/decisions/0008-calibration.md says how it is fitted. */
export const SHIPPED_CALIBRATION = {
  version: 'simulated-dd9d16',
  load: { slope: 1.088, offset: 0.5 },
  remainder: { slope: 0.789, offset: 0.211 },
  meter: { slope: 1, offset: 0 },
  spread: 0.32,
}
