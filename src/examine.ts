/** What `adit doctor` looks at: everything the service needs from its surroundings, one finding each. */
import { randomBytes } from 'node:crypto'
import { stat, statfs, unlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type EdgeTlsConfig, TlsFiles } from '../ingest/edge-tls.ts'
import { isOfChina, yearsOfChina } from '../model/work-calendar.ts'
import type { Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigSources, loadConfig } from './config-sources.ts'
import { type DataFiles, openDataDirectory } from './data-directory.ts'
import { examineDamage } from './examine-damage.ts'
import { examineLedgers } from './examine-ledgers.ts'
import { examineBroker, examineInflux } from './examine-servers.ts'
import { examineWebhook } from './examine-webhooks.ts'
import type { Finding } from './finding.ts'
import { systemResolve } from './notify/reachable-address.ts'
import { runningService } from './service-note.ts'

export async function examine(sources: ConfigSources, now: Date): Promise<Finding[]> {
  const started = performance.now()
  const runtime = examineRuntime(process.versions.node)
  let config: Config
  try {
    config = loadConfig(sources)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const remedy = 'correct these keys; docs/operations.md lists all'
    return [runtime, { check: 'configuration', status: 'fail', detail: error.lines.join('; '), remedy }]
  }
  const from = sources.file ?? 'defaults and environment'
  const findings: Finding[] = [
    runtime,
    { check: 'configuration', status: 'pass', detail: `${from}, time zone ${config.timeZone}` },
  ]

  const calendar = examineCalendar(config, now)
  if (calendar) findings.push(calendar)
  const directory = await examineDirectory(config.data)
  findings.push(directory.finding)
  if (directory.files) {
    findings.push(examineDamage(directory.files), await examineDisk(config.data), await examineClock(directory.files, now))
    findings.push(...(await examinePorts(config, directory.files)), examineLedgers(config, directory.files))
  }
  if (config.mqtt.enabled && config.mqtt.tls) findings.push(examineCertificate(config.mqtt.tls, now))
  if (config.broker) findings.push(await examineBroker(config.broker))
  if (config.database.kind === 'postgresql') {
    const { examineDatabase } = await import('./examine-database.ts')
    findings.push(...(await examineDatabase(config.database, now)))
  }
  if (config.signIn.oidc) {
    const { examineOidc } = await import('./examine-oidc.ts')
    findings.push(...(await examineOidc(config, new Date(now.getTime() + performance.now() - started))))
  }
  if (config.store.kind === 'influxdb') findings.push(...(await examineInflux(config.store, now)))
  findings.push(...(await Promise.all(config.webhooks.map((webhook) => examineWebhook(webhook, systemResolve)))))
  return findings
}

function examineRuntime(version: string): Finding {
  const [major, minor] = version.split('.').map(Number)
  if (major > 24 || (major === 24 && minor >= 2)) return { check: 'Node', status: 'pass', detail: version }
  return {
    check: 'Node',
    status: 'fail',
    detail: version,
    remedy: 'start Adit through npm: it brings the Node it was tested with',
  }
}

/** The State Council says in November how the next year is arranged: until then, or without an update, holidays are missing. */
function examineCalendar({ calendar, timeZone }: Config, now: Date): Finding | null {
  if (!isOfChina(calendar, timeZone)) return null
  const year = now.getUTCFullYear()
  const known = yearsOfChina().find((one) => one.year === year)
  const own = [...calendar.rest, ...calendar.work].some((span) => span.startsWith(String(year)))
  if (own || known?.provisional === false) return { check: 'calendar', status: 'pass', detail: `holidays of ${year} known` }
  return {
    check: 'calendar',
    status: 'warn',
    detail: known === undefined ? `no holidays of ${year} known` : `of ${year} only the statutory holidays known`,
    remedy: 'put the rest days and make-up days of the State Council’s notice into calendar.rest and calendar.work',
  }
}

async function examineDirectory(path: string): Promise<{ finding: Finding; files?: DataFiles }> {
  const check = 'data directory'
  try {
    const files = openDataDirectory(path)
    const probe = join(path, `.doctor-${randomBytes(4).toString('hex')}`)
    await writeFile(probe, 'writable', { flush: true })
    await unlink(probe)
    return { finding: { check, status: 'pass', detail: `${path} can be written` }, files }
  } catch (error) {
    const remedy = 'give the user who runs Adit a directory of its own, or another one with --data'
    return { finding: { check, status: 'fail', detail: reasonOf(error), remedy } }
  }
}

async function examineDisk(path: string): Promise<Finding> {
  const { bavail, bsize, blocks } = await statfs(path)
  const free = (bavail * bsize) / 1024 ** 3
  const detail = `${free.toFixed(1)} GiB free, ${((bavail / blocks) * 100).toFixed(0)} %`
  if (free < 1) return { check: 'disk', status: 'fail', detail, remedy: 'make room: a full disk stops acknowledgements' }
  if (free < 10)
    return { check: 'disk', status: 'warn', detail, remedy: 'a million readings take about 60 MB with their archive' }
  return { check: 'disk', status: 'pass', detail }
}

/** A clock that was set back is told by files of our own that lie in its future. */
async function examineClock({ journal, alerts }: DataFiles, now: Date): Promise<Finding> {
  const remedy = 'set the clock (NTP): readings are checked against the time they come in'
  const newest = Math.max(...(await Promise.all([journal, alerts].map(modified))))
  const ahead = Math.round((newest - now.getTime()) / 1000)
  const detail = now.toISOString()
  if (now.getUTCFullYear() < 2025) return { check: 'clock', status: 'fail', detail, remedy }
  if (ahead > 300) return { check: 'clock', status: 'fail', detail: `${detail}, ${ahead} s behind our own last write`, remedy }
  return { check: 'clock', status: 'pass', detail }
}

async function modified(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs
  } catch {
    return 0
  }
}

async function examinePorts({ http, mqtt }: Config, files: DataFiles): Promise<Finding[]> {
  const running = runningService(files)
  const wanted = [
    { check: 'HTTP port', option: '--http', ...http, used: running?.http },
    ...(mqtt.enabled ? [{ check: 'MQTT port', option: '--mqtt', ...mqtt, used: running?.mqtt.at(0) }] : []),
  ]
  return Promise.all(
    wanted.map(async ({ check, option, host, port, used }): Promise<Finding> => {
      const address = `${host}:${port}`
      if (used?.port === port)
        return { check, status: 'pass', detail: `${address}, where the service runs (process ${running?.pid})` }
      const trouble = await listenOnce(host, port)
      if (trouble === undefined) return { check, status: 'pass', detail: `${address} is free` }
      return {
        check,
        status: 'fail',
        detail: trouble,
        remedy: `stop what listens there, or choose another with ${option} HOST:PORT`,
      }
    }),
  )
}

function examineCertificate(tls: EdgeTlsConfig, now: Date): Finding {
  const check = 'MQTT certificate'
  const days = Math.floor((new TlsFiles(tls).status().endsAt - now.getTime()) / 86_400_000)
  const detail = `${tls.certFile} ${days < 0 ? 'has ended' : `ends in ${days} days`}`
  if (days >= 30) return { check, status: 'pass', detail }
  return {
    check,
    status: days < 0 ? 'fail' : 'warn',
    detail,
    remedy: 'put a new one in its place; it is taken up without a restart',
  }
}

/** Why one cannot listen there, undefined when one can. */
function listenOnce(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve(error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message
}
