import { connectAsync } from 'mqtt'
import { z } from 'zod'
import type { Config } from './config.ts'
import type { Finding } from './finding.ts'

const PATIENCE_MS = 5_000

/** Logs in to the external broker under a name of its own, so that the session of the service is left alone. */
export async function examineBroker(broker: NonNullable<Config['broker']>): Promise<Finding> {
  const check = 'broker'
  try {
    const client = await connectAsync(broker.url, {
      clientId: `${broker.clientId}-doctor-${process.pid}`.slice(0, 128),
      protocolVersion: broker.version,
      reconnectPeriod: 0,
      connectTimeout: PATIENCE_MS,
      ...(broker.username !== undefined && { username: broker.username }),
      ...(broker.password !== undefined && { password: broker.password }),
      ...(broker.ca !== undefined && { ca: broker.ca }),
      ...(broker.cert !== undefined && { cert: broker.cert }),
      ...(broker.key !== undefined && { key: broker.key }),
    })
    await client.endAsync(true)
    return { check, status: 'pass', detail: `${broker.url} took the login` }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const login = /not authorized|bad user ?name|identifier/i.test(reason)
    const remedy = login
      ? 'check broker.username and broker.password (or passwordFile)'
      : 'check broker.url, that the broker runs, and broker.version (4 or 5)'
    return { check, status: 'fail', detail: `${broker.url}: ${reason}`, remedy }
  }
}

const Buckets = z.object({ buckets: z.array(z.object({ name: z.string() })).max(100) })

/** Reaches InfluxDB, looks for the bucket with the token, and compares clocks. */
export async function examineInflux(store: Extract<Config['store'], { kind: 'influxdb' }>, now: Date): Promise<Finding[]> {
  const check = 'InfluxDB'
  const query = new URLSearchParams({ org: store.org, name: store.bucket })
  let response: Response
  try {
    response = await fetch(new URL(`/api/v2/buckets?${query}`, store.url), {
      headers: { authorization: `Token ${store.token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return [
      { check, status: 'fail', detail: `${store.url}: ${reason}`, remedy: 'check store.url, and that InfluxDB 2 runs there' },
    ]
  }
  const findings: Finding[] = [await bucketFinding(response, store)]
  const skew = Math.abs(Date.parse(response.headers.get('date') ?? '') - now.getTime()) / 1000
  if (skew > 60) {
    const remedy = 'set both clocks (NTP)'
    findings.push({ check: 'clocks', status: 'warn', detail: `InfluxDB's clock differs by ${Math.round(skew)} s`, remedy })
  }
  return findings
}

async function bucketFinding(response: Response, store: Extract<Config['store'], { kind: 'influxdb' }>): Promise<Finding> {
  const check = 'InfluxDB'
  const { url, org, bucket } = store
  if (response.status === 401 || response.status === 403) {
    const remedy = 'give store.token (or tokenFile) a token that may read and write the bucket'
    return { check, status: 'fail', detail: `${url} does not take the token (${response.status})`, remedy }
  }
  const body = Buckets.safeParse(await response.json().catch(() => undefined))
  if (response.ok && body.success && body.data.buckets.some(({ name }) => name === bucket)) {
    return { check, status: 'pass', detail: `${url} has the bucket ${bucket} of ${org}` }
  }
  const remedy = `make the bucket: influx bucket create --org ${org} --name ${bucket}`
  return { check, status: 'fail', detail: `${url} has no bucket ${bucket} of ${org} that this token may see`, remedy }
}
