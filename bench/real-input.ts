/** Real loads beside real mines through real servers: node bench/real-input.ts prints the table of the closing note. */
import { requireServer } from '../tests/servers/require-server.ts'
import { table } from './quality/report.ts'
import { readRealLoads } from './real/real-loads.ts'
import { judgeReal } from './real/real-verdict.ts'
import { replay } from './real/replay.ts'
import { requireSharedData } from './real/shared-data.ts'

if (requireSharedData() && requireServer('influxd') && requireServer('mosquitto') && requireServer('mosquitto_pub')) await main()

async function main(): Promise<void> {
  const loads = readRealLoads()
  const { sent, stored, alerts, unchanged, seconds } = await replay(loads)
  const verdicts = judgeReal(loads, alerts)
  console.log(
    table([
      ['load', 'variant', 'months', 'flat load / night surge without cause', 'other alerts without cause', 'alerted after'],
      ...verdicts.map(({ load, months, wrong, otherWrong, delay }) => [
        load.name,
        load.variant,
        months.toFixed(1),
        String(wrong.length),
        otherWrong.map(({ reasons, probability }) => `${reasons[0]?.detector} ${probability}`).join(' ') || '0',
        load.variant === 'unchanged' ? '' : delay === undefined ? 'never' : `${delay.toFixed(1)} days`,
      ]),
    ]).join('\n'),
  )
  const real = verdicts.filter(({ load }) => load.variant === 'unchanged')
  const months = real.reduce((sum, one) => sum + one.months, 0)
  const wrong = real.reduce((sum, one) => sum + one.wrong.length, 0)
  console.log(`
unchanged loads: ${wrong} alerts of flat load or night surge in ${months.toFixed(1)} point-months (${((10 * wrong) / months).toFixed(2)} per 10)   [≤ 1 per 10]
rows sent ${sent}, in InfluxDB ${stored[0]}, after a second replay ${stored[1]}; alerts ${unchanged ? 'unchanged to the byte' : 'CHANGED'}
first replay took ${seconds.toFixed(1)} s: mosquitto_pub → Mosquitto → adit serve → InfluxDB 2`)
}
