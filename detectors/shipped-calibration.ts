/** Written by `node bench/quality.ts --fit-calibration --write`; docs/decisions/0008-calibration.md says how it is fitted. */
export const SHIPPED_CALIBRATION = {
  version: 'simulated-7c9156',
  load: { slope: 1.282, offset: -0.151 },
  remainder: { slope: 0.424, offset: -0.594 },
  // the worlds hold no innocent tampering: nothing there can say that more is right than the evidence says
  meter: { slope: 1, offset: 0 },
  spread: 0.67,
}
