/** Written by `node bench/quality.ts --fit-calibration --write`; docs/decisions/0008-calibration.md says how it is fitted. */
export const SHIPPED_CALIBRATION = {
  version: 'simulated-263f46',
  load: { slope: 1.282, offset: -0.151 },
  remainder: { slope: 0.424, offset: -0.594 },
  meter: { slope: 1, offset: 0 },
  spread: 0.67,
}
