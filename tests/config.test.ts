import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Config } from '../src/config.ts'
import { ConfigError } from '../src/config-error.ts'
import { loadConfig, type Tree } from '../src/config-sources.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'adit-config-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function load(yaml: string, environment: Record<string, string> = {}, options: Tree = {}): Config {
  const file = join(directory, 'adit.yaml')
  writeFileSync(file, yaml)
  return loadConfig({ file, environment, options })
}

function complaint(yaml: string, environment: Record<string, string> = {}, options: Tree = {}): string {
  try {
    load(yaml, environment, options)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(directory, '')
    throw error
  }
  throw new Error('the configuration was taken')
}

test('without a file the defaults bind to this machine only and store embedded', () => {
  const config = loadConfig({ environment: {} })
  expect(config).toMatchObject({
    timeZone: 'Asia/Shanghai',
    data: './adit-data',
    http: { host: '127.0.0.1', port: 8080 },
    mqtt: { enabled: true, host: '127.0.0.1', port: 1883 },
    store: { kind: 'embedded' },
    window: { futureSeconds: 300, pastDays: 400 },
  })
  expect(config.broker).toBeUndefined()
})

test('the command line is stronger than the environment, which is stronger than the file', () => {
  const yaml = 'http: { port: 1111 }\nmqtt: { port: 2222 }\nwindow: { pastDays: 30 }\n'
  const config = load(yaml, { ADIT_HTTP_PORT: '3333', ADIT_MQTT_PORT: '4444' }, { http: { port: 5555 } })
  expect([config.http.port, config.mqtt.port, config.window.pastDays]).toEqual([5555, 4444, 30])
})

test('variables carry numbers, truths, lists and the keys of every detector', () => {
  const config = load('', {
    ADIT_MQTT_ENABLED: 'false',
    ADIT_HTTP_HOSTS: 'a.example, b.example',
    ADIT_DETECTORS_WEEKLY_BUDGET: '7',
    ADIT_TIME_ZONE: 'Asia/Urumqi',
    ADIT_SHARED_DATA: '/elsewhere',
    ADIT_MQTT_LIMITS_PACKET_BYTES: '4096',
  })
  expect(config.mqtt.enabled).toBe(false)
  expect(config.http.hosts).toEqual(['a.example', 'b.example'])
  expect(config.detectors.weeklyBudget).toBe(7)
  expect(config.timeZone).toBe('Asia/Urumqi')
  expect(config.mqtt.limits.packetBytes).toBe(4096)
})

test('secrets come from files, without the line end', () => {
  const secret = join(directory, 'secret')
  writeFileSync(secret, 's3cret\n')
  const config = load(`broker: { url: "mqtt://127.0.0.1:1", passwordFile: "${secret}" }`, {
    ADIT_STORE_KIND: 'influxdb',
    ADIT_STORE_URL: 'http://127.0.0.1:8086',
    ADIT_STORE_ORG: 'county',
    ADIT_STORE_BUCKET: 'readings',
    ADIT_STORE_TOKEN_FILE: secret,
  })
  expect(config.broker?.password).toBe('s3cret')
  expect(config.store).toMatchObject({ kind: 'influxdb', token: 's3cret' })
})

test('a calibration comes whole from its file, and half a one is refused', () => {
  const file = join(directory, 'calibration.json')
  const line = { slope: 0.8, offset: -0.4 }
  const whole = { version: 'findings-1', load: line, remainder: line, meter: line, spread: 0.3 }
  writeFileSync(file, JSON.stringify(whole))
  expect(load(`detectors: { calibrationFile: "${file}" }`).detectors.calibration).toEqual(whole)
  expect(load('', { ADIT_DETECTORS_CALIBRATION_FILE: file }).detectors.calibration).toEqual(whole)
  expect(complaint(`detectors: { calibrationFile: "${file}", calibration: {} }`)).toMatch(/are both given/)
  writeFileSync(file, JSON.stringify({ ...whole, load: undefined }))
  expect(complaint(`detectors: { calibrationFile: "${file}" }`)).toMatch(/detectors\.calibration\.load: is missing/)
  writeFileSync(file, JSON.stringify({ ...whole, load: { slope: -1, offset: 0 } }))
  expect(complaint(`detectors: { calibrationFile: "${file}" }`)).toMatch(/detectors\.calibration\.load\.slope = -1/)
  writeFileSync(file, 'chances: [')
  expect(complaint(`detectors: { calibrationFile: "${file}" }`)).toMatch(/calibrationFile = .*is not YAML/)
})

test.each([
  ['http: { port: 99999 }', /^http\.port = 99999: must be at most 65535 \(from .*adit\.yaml\)$/],
  ['http: { port: "80" }', /^http\.port = "80": must be a number/],
  ['timeZone: Asia/Peking', /^timeZone = "Asia\/Peking": an IANA time zone such as Asia\/Shanghai/],
  ['timezone: Asia/Shanghai', /^timezone: there is no such key; did you mean timeZone\?/],
  ['http: { prot: 80 }', /^http\.prot: there is no such key; did you mean http\.port\?/],
  ['store: { kind: postgres }', /store.*embedded.*influxdb/],
  ['store: { kind: influxdb, url: "http://x", org: a, bucket: b }', /^store\.token: is missing/],
  ['database: { kind: mysql }', /database.*embedded or postgresql for database/],
  ['database: { kind: postgresql }', /^database\.url: is missing/],
  [
    'database: { kind: postgresql, url: "postgresql://me:secret@db/adit" }',
    /^database\.url.*user and password stand in database\.user/,
  ],
  [
    'database: { kind: postgresql, url: "postgresql://db" }',
    /^database\.url = "postgresql:\/\/db": postgresql:\/\/host:port\/database/,
  ],
  [
    'database: { kind: postgresql, url: "postgresql://db/adit", passwordFile: /nowhere }',
    /^database\.passwordFile = \/nowhere: cannot be read/,
  ],
  ['log: loud', /^log = "loud": allowed: debug, info, warn, error, silent/],
  ['territory: { south: 25, north: 24, west: 97, east: 99 }', /^territory = \{.*\}: south must be below north/],
  ['detectors: { flatLoad: { share: -7 } }', /^detectors\.flatLoad\.share = -7/],
  ['broker: { url: "http://x" }', /^broker\.url = "http:\/\/x": mqtt:\/\/host:port/],
  ['- a list', /must be a list of keys and values/],
  ['http: [', /is not YAML/],
  ['broker: { url: "mqtt://x:1", passwordFile: /nowhere }', /^broker\.passwordFile = \/nowhere: cannot be read/],
])('%s is refused with the key, the value and what is allowed', (yaml, expected) => {
  expect(complaint(yaml)).toMatch(expected)
})

test('several mistakes are told at once', () => {
  expect(complaint('http: { port: -1 }\nlog: loud').split('\n')).toHaveLength(2)
})

test('a wrong variable is named as such, and a misspelt one is not ignored', () => {
  expect(complaint('', { ADIT_HTTP_PORT: 'eighty' })).toBe('http.port = "eighty": must be a number (from ADIT_HTTP_PORT)')
  expect(complaint('', { ADIT_HTTP_PROT: '80' })).toMatch(/^ADIT_HTTP_PROT: .* did you mean ADIT_HTTP_PORT\?/)
})

test('PostgreSQL is given by the file or by variables, its password in a file of its own', () => {
  const secret = join(directory, 'secret')
  writeFileSync(secret, 'kept here\n')
  const url = 'postgresql://db.county.example:5433/adit'
  const expected = { kind: 'postgresql', url, user: 'adit', password: 'kept here', connections: 4 }
  expect(load(`database: { kind: postgresql, url: "${url}", user: adit, passwordFile: "${secret}" }`).database).toEqual(expected)
  const variables = { KIND: 'postgresql', URL: url, USER: 'adit', PASSWORD_FILE: secret }
  const environment = Object.fromEntries(Object.entries(variables).map(([name, value]) => [`ADIT_DATABASE_${name}`, value]))
  expect(load('', environment).database).toEqual(expected)
  expect(load('').database).toEqual({ kind: 'embedded' })
})

test('the client secret of the issuer comes from a file or a variable, and nowhere else', () => {
  const secret = join(directory, 'secret')
  writeFileSync(secret, 'kept here\n')
  const http = 'http: { publicUrl: "https://adit.county.example" }\n'
  const issuer = 'issuer: "https://login.county.example/realms/adit", clientId: adit'
  const expected = { clientSecret: 'kept here', userClaim: 'sub', scopes: ['openid', 'profile', 'email'] }
  expect(load(`${http}signIn: { oidc: { ${issuer}, clientSecretFile: "${secret}" } }`).signIn.oidc).toMatchObject(expected)
  const environment = { ADIT_SIGN_IN_OIDC_CLIENT_SECRET: 'kept here' }
  expect(load(`${http}signIn: { oidc: { ${issuer} } }`, environment).signIn.oidc).toMatchObject(expected)
  const open = complaint(`${http}signIn: { oidc: { ${issuer}, clientSecret: hunter2 } }`)
  expect(open).toMatch(/^signIn\.oidc\.clientSecret = \(secret\): does not belong .* signIn\.oidc\.clientSecretFile/)
  expect(complaint(`${http}signIn: { oidc: { ${issuer} } }`)).toMatch(/^signIn\.oidc\.clientSecret: is missing/)
  expect(complaint(`signIn: { oidc: { ${issuer} } }`, environment)).toMatch(/^http\.publicUrl: is missing; signIn\.oidc needs it/)
  for (const wrong of [
    'http://login.county.example',
    'https://me:pw@login.county.example',
    'https://login.example/?a=b',
    'login',
  ]) {
    const told = complaint(`${http}signIn: { oidc: { issuer: "${wrong}", clientId: adit } }`, environment)
    expect(told, wrong).toMatch(/^signIn\.oidc\.issuer = .*https:\/\/…, or http:\/\/ to a loopback address/)
  }
  const grants = (text: string) =>
    complaint(`${http}signIn: { oidc: { ${issuer}, mapping: { claim: groups, grants: ${text} } } }`, environment)
  expect(grants('[{ value: a, role: boss, counties: all }]')).toMatch(/grants\.0\.role = "boss": allowed: operator/)
  expect(grants('[{ value: a, role: admin }]')).toMatch(/grants\.0\.counties: is missing/)
  expect(grants('[{ value: a, role: admin, counties: [] }]')).toMatch(/grants\.0\.counties = \[\]/)
})

test('a wrong secret is not shown', () => {
  expect(complaint('database: { kind: postgresql, url: "postgresql://me:hunter2@db/adit" }')).not.toMatch('hunter2')
  expect(complaint('broker: { url: "mqtt://me:hunter2@x:1/path" }')).not.toMatch('hunter2')
  expect(complaint('broker: { url: "mqtt://x:1", password: [hunter2] }')).not.toMatch('hunter2')
})

test('a file that is not there is named', () => {
  expect(() => loadConfig({ file: join(directory, 'none.yaml'), environment: {} })).toThrow(
    /--config .*none\.yaml: cannot be read/,
  )
})

test('certificate files that cannot be used are told before anything starts', () => {
  const [cert, key, other] = ['cert.pem', 'key.pem', 'other.pem'].map((name) => join(directory, name))
  const make = (certFile: string, keyFile: string) =>
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-keyout', keyFile, '-out', certFile, '-subj', '/CN=edge'],
      {
        stdio: 'ignore',
      },
    )
  make(cert, key)
  make(other, join(directory, 'other.key'))
  const tls = (more: string) => `mqtt: { tls: { ${more} } }`
  expect(load(tls(`certFile: ${cert}, keyFile: ${key}`)).mqtt.tls).toMatchObject({ clientCertificates: 'off' })
  expect(complaint(tls(`certFile: ${other}, keyFile: ${key}`))).toContain(
    '/other.pem and /key.pem are no certificate and its key',
  )
  expect(complaint(tls(`certFile: ${cert}, keyFile: /nowhere`))).toContain('mqtt.tls.keyFile = /nowhere: cannot be read')
  expect(complaint(tls(`certFile: ${key}x, keyFile: ${key}`))).toContain('mqtt.tls.certFile')
  writeFileSync(other, 'no PEM')
  expect(complaint(tls(`certFile: ${cert}, keyFile: ${key}, caFile: ${other}`))).toContain('is no PEM file')
  expect(complaint(tls(`certFile: ${cert}, keyFile: ${key}, clientCertificates: required`))).toContain('mqtt.tls.caFile')
  expect(load(`mqtt: { enabled: false, tls: { certFile: /a, keyFile: /b } }`).mqtt.enabled).toBe(false)
})

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

test('a webhook signs with the key of a file or a variable, hears of everything, and reaches what is public', () => {
  const secret = join(directory, 'key')
  writeFileSync(secret, `${KEY}\n`)
  const yaml = `webhooks:
  - { name: cases, url: "https://cases.example:8443/adit", secretFile: "${secret}" }
  - { name: patrol, url: "https://patrol.example/", secretEnvironment: PATROL_KEY, events: [raised], counties: ["411282"] }`
  const [cases, patrol] = load(yaml, { PATROL_KEY: `${KEY} ${KEY}` }).webhooks
  const rest = { allowPrivate: [], allowHttp: false }
  expect(cases).toMatchObject({ ...rest, secret: [KEY], events: ['raised', 'revised', 'cleared'] })
  expect(patrol).toMatchObject({ ...rest, secret: [KEY, KEY], events: ['raised'], counties: ['411282'] })
  expect(load('').webhooks).toEqual([])
})

test.each([
  ['url: "http://cases.example/"', /^webhooks\.0\.url = .*https:\/\/ is asked for; with allowHttp: true/],
  ['url: "ftp://cases.example/", allowHttp: true', /^webhooks\.0\.url = .*https:\/\/host\/path/],
  ['url: "https://lin@cases.example/"', /^webhooks\.0\.url = "https:\/\/\(secret\)@cases.*without a login/],
  ['url: "https://lin:pw@cases.example/"', /^webhooks\.0\.url = "https:\/\/\(secret\)@cases.*without a login/],
  ['secret: whsec_c2hvcnQ=', /^webhooks\.0\.secret = \(secret\): one to three keys/],
  ['secretEnvironment: NOBODY', /^webhooks\.0\.secretEnvironment: webhooks\.0\.secret is given in another way too/],
  ['secret: null, secretFile: /nowhere/key', /^webhooks\.0\.secretFile.*given in another way/],
  ['allowPrivate: [10.0.0.1]', /^webhooks\.0\.allowPrivate\.0 = "10.0.0.1": ranges of addresses such as 10\.1\.2\.0\/24/],
  ['counties: []', /^webhooks\.0\.counties/],
  ['events: [opened]', /^webhooks\.0\.events\.0 = "opened": allowed: raised, revised, cleared/],
  ['alowHttp: true', /^webhooks\.0\.alowHttp: there is no such key; did you mean webhooks\.0\.allowHttp\?/],
  ['name: Cases', /^webhooks\.0\.name = "Cases": 1 to 64 lower-case letters/],
])('a webhook with %s is refused with what is allowed', (entry, reason) => {
  const [key] = entry.split(':')
  const others = { name: 'cases', url: '"https://cases.example/"', secret: KEY }
  const rest = Object.entries(others).flatMap(([name, value]) =>
    name === key || entry.includes(`${name}:`) ? [] : [`${name}: ${value}`],
  )
  expect(complaint(`webhooks: [{ ${[entry, ...rest].join(', ')} }]`)).toMatch(reason)
})

test('two webhooks of one name, a file that is not there and a variable that is not set are refused', () => {
  const one = `{ name: cases, url: "https://cases.example/", secret: ${KEY} }`
  expect(complaint(`webhooks: [${one}, ${one}]`)).toMatch(/^webhooks = .*two have the same name/)
  expect(complaint(`webhooks: [${one}, ${one}]`)).not.toContain(KEY)
  const from = (source: string) => complaint(`webhooks: [{ name: a, url: "https://cases.example/", ${source} }]`)
  expect(from('secretFile: /nowhere/key')).toMatch(/^webhooks\.0\.secretFile = \/nowhere\/key: cannot be read \(ENOENT/)
  expect(from('secretEnvironment: NOBODY')).toMatch(
    /^webhooks\.0\.secretEnvironment = NOBODY: cannot be read \(there is no such variable\)/,
  )
})
