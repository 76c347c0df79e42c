/**
 * Places along the line at which a crash does the most harm, by name and in the order of the line. A fault test names one in
 * ADIT_CRASH_AT (`journal-committed:3`) and the process dies there, as by kill -9, the third time it comes by. Without the
 * variable a point is one comparison; none stands where a reading passes, only packets, commits, slices and files do.
 * With ADIT_STOP_AT (`alerts-written`) it stands still there instead, once, as by kill -STOP: what it writes next can be made to fail.
 */
export const CRASH_POINTS = [
  // receiving: in the edge's hands, written but not synced, on disk but not acknowledged, acknowledged
  'packet-received',
  'journal-inserted',
  'journal-committed',
  'puback-given',
  // judging one slice
  'slice-read',
  'slice-decoded',
  'quarantine-inserted',
  'quarantine-kept',
  'batch-taken',
  'batch-appended',
  'alerts-written',
  'alerts-raised',
  // checkpoint: the store's flush, the state, the release of the journal
  'tail-begun',
  'tail-written',
  'tail-placed',
  'tail-flushed',
  'checkpoint-written',
  'checkpoint-renamed',
  'archive-appended',
  'archive-synced',
  'journal-deleted',
  // behind the line
  'merge-written',
  'merge-placed',
  'merge-cleared',
  // at the end of a stop in peace
  'seals-begun',
] as const
export type CrashPoint = (typeof CRASH_POINTS)[number]

const [name, times] = (process.env.ADIT_CRASH_AT ?? '').split(':')
let left = Number(times ?? 1)
let stopAt = process.env.ADIT_STOP_AT

export function crashPoint(point: CrashPoint): void {
  if (point === stopAt) {
    stopAt = undefined
    process.kill(process.pid, 'SIGSTOP')
  }
  if (point !== name || --left > 0) return
  process.kill(process.pid, 'SIGKILL')
}
