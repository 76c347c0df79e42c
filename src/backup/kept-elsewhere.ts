import type { Config } from '../config.ts'
import { type Manifest, sha256Of } from './manifest.ts'

const SECRETS = new Set(['password', 'token', 'key', 'secret', 'clientSecret'])

/** Of the whole configuration but its secrets, so that it may be shown. */
export function configurationHash(config: Config): string {
  return sha256Of(JSON.stringify(config, (key, value) => (SECRETS.has(key) ? undefined : value)))
}

/** What servers keep is saved with their own tools, after this backup, so that it is not older than what refers to it. */
export function keptElsewhere({ database, store }: Config, directory: string): Manifest['elsewhere'] {
  const elsewhere: Manifest['elsewhere'][number][] = []
  if (database.kind === 'postgresql') {
    const user = database.user === undefined ? '' : ` --username ${database.user}`
    elsewhere.push({
      part: `ledgers, findings, alerts, accounts and audit log in ${database.url}`,
      command: `pg_dump --format custom --file ${directory}.dump${user} --dbname ${database.url}`,
    })
  }
  if (store.kind === 'influxdb') {
    elsewhere.push({
      part: `readings in ${store.url}, bucket ${store.bucket}`,
      command: `influx backup --host ${store.url} --org ${store.org} --bucket ${store.bucket} ${directory}.influx`,
    })
  }
  return elsewhere
}
