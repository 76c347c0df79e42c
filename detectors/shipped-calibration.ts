/** Written by `node bench/quality.ts --fit-calibration --write`; docs/decisions/0008-calibration.md says how it is fitted. */
export const SHIPPED_CALIBRATION = {
  version: 'simulated-1cc182',
  load: { slope: 1.317, offset: -0.169 },
  remainder: { slope: 0.503, offset: -0.635 },
  meter: { slope: 1, offset: 0 },
  spread: 0.67,
}
