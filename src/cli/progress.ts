const WIDTH = 28
const SHOWN_AFTER_MS = 2_000
const REDRAWN_AFTER_MS = 100

export interface Progress {
  /** How much of the total is done, and a word on it such as "1.2 M rows". */
  update(done: number, note?: string): void
  end(): void
}

/** A bar on stderr, only on a terminal, and only for what takes more than two seconds. `total` 0 is unknown. */
export function progressBar(what: string, total: number): Progress {
  const { stderr } = process
  const began = performance.now()
  let drawnAt = 0
  return {
    update(done, note = '') {
      const now = performance.now()
      if (!stderr.isTTY || now - began < SHOWN_AFTER_MS || now - drawnAt < REDRAWN_AFTER_MS) return
      drawnAt = now
      stderr.write(`\r\u001b[K${line(what, done, total, note, now - began).slice(0, Math.max(20, stderr.columns - 1))}`)
    },
    end() {
      if (drawnAt > 0) stderr.write('\r\u001b[K')
    },
  }
}

function line(what: string, done: number, total: number, note: string, elapsedMs: number): string {
  if (total <= 0) return `${what} ${note}`
  const share = Math.min(1, done / total)
  const filled = Math.round(share * WIDTH)
  const left = share > 0.02 ? ` ${remaining((elapsedMs / share) * (1 - share))} left` : ''
  return `${what} [${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${Math.round(share * 100)} %${left} ${note}`
}

function remaining(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}
