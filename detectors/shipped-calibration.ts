/** Written by `node bench/quality.ts --fit-calibration --write`; docs/decisions/0008-calibration.md says how it is fitted. */
export const SHIPPED_CALIBRATION = {
  version: 'simulated-dd7582',
  load: { slope: 1.111, offset: 0.5 },
  remainder: { slope: 0.798, offset: 0.131 },
  meter: { slope: 1, offset: 0 },
  spread: 0.43,
}
