/** The county of the kill runs, ready to be served: ledgers imported, gateways registered, and what would be raised undisturbed. */
import { join } from 'node:path'
import { runAdit, startAdit } from '../cli/run-adit.ts'
import { gatewayName } from './killed-service.ts'
import { AREAS, preparePackets, type Sent } from './sent-packets.ts'

export interface SmallCounty {
  readonly sent: Sent
  readonly data: string
  /** Of the gateways, by their number. */
  readonly passwords: readonly string[]
}

const LEDGERS = ['usage-points', 'areas', 'mines', 'lawful-uses']

export async function prepareCounty(days: number, directory: string, program?: string): Promise<SmallCounty> {
  const sent = preparePackets(days, directory)
  const data = join(directory, 'data')
  const ledgers = LEDGERS.map((name) => join(directory, `${name}.csv`))
  const imported = await startAdit(['import', ...ledgers, '--data', data], {}, program).ended
  if (imported.code !== 0) throw new Error(imported.stderr)
  const passwords: string[] = []
  for (let index = 0; index < AREAS; index++) {
    const added = await startAdit(['gateway', 'add', gatewayName(index), '--data', data, '--json'], {}, program).ended
    const { password }: { password: string } = JSON.parse(added.stdout)
    passwords.push(password)
  }
  return { sent, data, passwords }
}

/** `adit detect` over a file of the same readings: resolves with the file of its alerts. */
export async function judgeUndisturbed(directory: string, program?: string): Promise<string> {
  const out = join(directory, program === undefined ? 'alerts.ndjson' : 'alerts-before.ndjson')
  const words = LEDGERS.flatMap((name) => [`--${name}`, join(directory, `${name}.csv`)])
  const readings = ['--readings', join(directory, 'readings.csv')]
  const { code, stderr } = await startAdit(['detect', ...words, ...readings, '--out', out], {}, program).ended
  if (code !== 0) throw new Error(stderr)
  return out
}

/** Runs a command to its end; throws what it complains of when it fails. */
export async function runWell(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runAdit(...words)
  if (code !== 0) throw new Error(`adit ${words.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}
