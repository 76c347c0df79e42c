/** What every fault run begins with: a small county's packets, a data directory that knows it, and its undisturbed alerts. */
import { join } from 'node:path'
import { runAdit, startAdit } from '../cli/run-adit.ts'
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

/** Files go into `directory`; the data directory may lie on a disk of its own. */
export async function prepareTrial(days: number, directory: string, data = join(directory, 'data')): Promise<Trial> {
  const sent = preparePackets(days, directory)
  const imported = await runAdit('import', ...LEDGERS.map((name) => join(directory, `${name}.csv`)), '--data', data)
  if (imported.code !== 0) throw new Error(imported.stderr)
  const passwords: string[] = []
  for (let index = 0; index < AREAS; index++) passwords.push(await addGateway(gatewayName(index), data))
  const undisturbed = judgeUndisturbed(directory)
  undisturbed.catch(() => {}) // told by whoever waits for it
  return { data, sent, passwords, undisturbed }
}

async function addGateway(name: string, data: string): Promise<string> {
  const { stdout } = await runAdit('gateway', 'add', name, '--data', data, '--json')
  const { password }: { password: string } = JSON.parse(stdout)
  return password
}

async function judgeUndisturbed(directory: string): Promise<string> {
  const out = join(directory, 'alerts.ndjson')
  const words = LEDGERS.flatMap((name) => [`--${name}`, join(directory, `${name}.csv`)])
  const { code, stderr } = await startAdit(['detect', ...words, '--readings', join(directory, 'readings.csv'), '--out', out])
    .ended
  if (code !== 0) throw new Error(stderr)
  return out
}
