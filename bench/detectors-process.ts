/** node bench/detectors-process.ts POINTS DAYS: prints what bench/detectors.ts measures, in one line. */
import { benchDetectors } from './detectors.ts'

const result = benchDetectors(Number(process.argv[2]), Number(process.argv[3]))
console.log(
  `${result.stateBytesPerPoint.toFixed(0)} B of state a point; ${(result.residentMiB / 1024).toFixed(2)} GiB of process memory; ` +
    `an interval of all in ${result.intervalSeconds.toFixed(2)} s (${(result.readingsPerSecond / 1e6).toFixed(2)} M readings/s), ` +
    `the one that ends the day in ${result.dayEndSeconds.toFixed(2)} s`,
)
