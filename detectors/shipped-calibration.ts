/** Written by `node bench/quality.ts --fit-calibration --write`; docs/decisions/0008-calibration.md says how it is fitted. */
export const SHIPPED_CALIBRATION = {
  version: 'simulated-b57c43',
  load: { slope: 1.205, offset: 0 },
  remainder: { slope: 0.547, offset: -0.07 },
  meter: { slope: 0.846, offset: 0 },
  spread: 0,
}
