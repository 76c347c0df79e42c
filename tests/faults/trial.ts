/** What every fault run begins with: a small county's packets, a data directory that knows it, and its undisturbed alerts. */
import { join } from 'node:path'
import { startAdit } from '../cli/run-adit.ts'
import { gatewayName } from './killed-service.ts'
import { AREAS, preparePackets, type Sent } from './sent-packets.ts'

export interface Trial {
  readonly data: string
  readonly sent: Sent
  readonly passwords: readonly string[]
  /** File of the alerts that the same readings give where nothing ever fails: `adit detect` over them. */
  readonly undisturbed: Promise<string>
}

const LEDGERS = ['usage-points', 'areas', 'mines', 'lawful-uses']

/** Files go into `directory`; the data directory may lie on a disk of its own, and `program` be another tree's. */
export async function prepareTrial(
  days: number,
  directory: string,
  data = join(directory, 'data'),
  program?: string,
): Promise<Trial> {
  const sent = preparePackets(days, directory)
  const ledgers = LEDGERS.map((name) => join(directory, `${name}.csv`))
  const imported = await startAdit(['import', ...ledgers, '--data', data], {}, program).ended
  if (imported.code !== 0) throw new Error(imported.stderr)
  const passwords: string[] = []
  for (let index = 0; index < AREAS; index++) passwords.push(await addGateway(gatewayName(index), data, program))
  const undisturbed = judgeUndisturbed(directory, program)
  undisturbed.catch(() => {}) // told by whoever waits for it
  return { data, sent, passwords, undisturbed }
}

async function addGateway(name: string, data: string, program?: string): Promise<string> {
  const { stdout } = await startAdit(['gateway', 'add', name, '--data', data, '--json'], {}, program).ended
  const { password }: { password: string } = JSON.parse(stdout)
  return password
}

/** What the trial's readings give when `program` judges a file of them. */
export async function judgeUndisturbed(
  directory: string,
  program?: string,
  environment: Record<string, string> = {},
): Promise<string> {
  const out = join(directory, program === undefined ? 'alerts.ndjson' : 'alerts-of-other.ndjson')
  const words = LEDGERS.flatMap((name) => [`--${name}`, join(directory, `${name}.csv`)])
  const readings = ['--readings', join(directory, 'readings.csv')]
  const { code, stderr } = await startAdit(['detect', ...words, ...readings, '--out', out], environment, program).ended
  if (code !== 0) throw new Error(stderr)
  return out
}
