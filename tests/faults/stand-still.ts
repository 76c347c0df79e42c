import { readdirSync, readFileSync } from 'node:fs'

/**
 * Stops a process at this instant. Where the power goes the processor goes with it; a process that went on meanwhile could
 * say what no machine without power says: fsync returns success on a file system that is being shut down, when another
 * fsync's transaction was given up in between. Returns when no thread of it runs any more; one may still wait for the disk.
 */
export function standStill(pid: number): void {
  process.kill(pid, 'SIGSTOP')
  while (!standsStill(pid));
}

export function standsStill(pid: number): boolean {
  return threadStates(pid).every((state) => 'TtDZX'.includes(state))
}

function threadStates(pid: number): string[] {
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.map((task) => /\) (\S)/.exec(readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8'))?.[1] ?? 'X')
}
