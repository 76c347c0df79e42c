/** Written by `node bench/quality.ts --fit-calibration --write`; docs/decisions/0008-calibration.md says how it is fitted. */
export const SHIPPED_CALIBRATION = {
  version: 'simulated-fd094b',
  load: { slope: 1.33, offset: 0.5 },
  remainder: { slope: 0.821, offset: 0.097 },
  meter: { slope: 1, offset: 0 },
  spread: 0.2,
}
