/** Written by `node bench/quality.ts --fit-calibration --write`; docs/decisions/0008-calibration.md says how it is fitted. */
export const SHIPPED_CALIBRATION = {
  version: 'simulated-8f9ac5',
  load: { slope: 1.191, offset: 0 },
  remainder: { slope: 0.631, offset: -0.1 },
  meter: { slope: 0.976, offset: 0 },
  spread: 0,
}
