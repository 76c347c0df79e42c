/** Data goes to stdout, talk to stderr; the exit codes are the contract's. */
export const ExitCode = { done: 0, failed: 1, rejects: 2, usage: 64 } as const

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}
