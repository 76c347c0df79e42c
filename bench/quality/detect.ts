import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** Runs `adit detect` over the files of a world as a user would; resolves with the seconds it took. */
export async function detect(directory: string, alerts: string, config?: string): Promise<number> {
  const cli = join(import.meta.dirname, '../../src/cli/adit.ts')
  const file = (name: string): string => join(directory, name)
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [
      cli,
      'detect',
      ...['--usage-points', file('usage-points.csv'), '--areas', file('areas.csv'), '--mines', file('mines.csv')],
      ...['--lawful-uses', file('lawful-uses.csv'), '--events', file('events.csv'), '--readings', file('readings.csv.gz')],
      ...['--out', alerts],
      ...(config === undefined ? [] : ['--config', config]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve))
  if (code !== 0) throw new Error(`adit detect ended with ${code}: ${said}`)
  return (performance.now() - began) / 1000
}
