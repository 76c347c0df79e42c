/**
 * Where the configuration comes from, weakest first: defaults, one YAML file, ADIT_… environment variables, options of
 * the command. A variable's name is the key's path: http.port is ADIT_HTTP_PORT, broker.passwordFile is
 * ADIT_BROKER_PASSWORD_FILE. A key whose name ends in File stands for the content of that file.
 */
import { readFileSync } from 'node:fs'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { type EdgeTlsConfig, TlsFiles } from '../ingest/edge-tls.ts'
import { Config } from './config.ts'
import { ConfigError, explain, type Origin } from './config-error.ts'
import { fillWebhookSecrets, WEBHOOK_SOURCES } from './webhook-secrets.ts'

export interface ConfigSources {
  /** Path of the YAML file; without it `adit.yaml` is not looked for. */
  readonly file?: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What the command line says, as the configuration would. */
  readonly options?: Tree
}

export interface Tree {
  [key: string]: unknown
}

/** Secrets, certificates and what `adit calibrate` writes may stand in a file of their own. */
const FILES = [
  ['broker', 'password'],
  ['broker', 'ca'],
  ['broker', 'cert'],
  ['broker', 'key'],
  ['store', 'token'],
  ['database', 'password'],
  ['database', 'ca'],
  ['database', 'cert'],
  ['database', 'key'],
  ['signIn', 'oidc', 'clientSecret'],
  ['detectors', 'calibration'],
] as const

/** Throws ConfigError, which names each key, its value and what is allowed, before anything is touched. */
export function loadConfig({ file, environment, options = {} }: ConfigSources): Config {
  const tree: Tree = file === undefined ? {} : readYaml(file)
  refuseOpenSecret(tree)
  const origins = new Map<string, string>()
  const origin: Origin = (path) => origins.get(path) ?? file ?? 'the configuration'

  for (const { path, value, name } of environmentValues(environment)) {
    put(tree, path, value)
    origins.set(path.join('.'), name)
  }
  for (const { path, value } of leavesOf(options, [])) {
    put(tree, path, value)
    origins.set(path.join('.'), 'the command line')
  }
  for (const path of FILES) readFromFile(tree, path, origin)
  fillWebhookSecrets(tree.webhooks, environment)

  const result = Config.safeParse(tree)
  if (!result.success) throw explain(result.error, tree, origin, knownKeys())
  if (result.data.mqtt.enabled && result.data.mqtt.tls) checkTls(result.data.mqtt.tls)
  if (result.data.signIn.oidc && result.data.http.publicUrl === undefined) {
    const remedy = 'it is where browsers reach this service, such as https://adit.county.example'
    throw new ConfigError([`http.publicUrl: is missing; signIn.oidc needs it: ${remedy}`])
  }
  return result.data
}

/** The issuer believes whoever has it that they are this service. */
function refuseOpenSecret(tree: Tree): void {
  const oidc = isTree(tree.signIn) ? tree.signIn.oidc : undefined
  if (!isTree(oidc) || oidc.clientSecret === undefined) return
  const remedy = 'put it into a file and name that in signIn.oidc.clientSecretFile, or into ADIT_SIGN_IN_OIDC_CLIENT_SECRET'
  throw new ConfigError([`signIn.oidc.clientSecret = (secret): does not belong into the configuration; ${remedy}`])
}

function checkTls(tls: EdgeTlsConfig): void {
  if (tls.clientCertificates === 'required' && tls.caFile === undefined) {
    const remedy =
      'name the authorities in mqtt.tls.caFile, or ask with optional for gateways registered with a certificate of their own'
    throw new ConfigError([
      `mqtt.tls.clientCertificates = required: without authorities nobody's certificate is believed; ${remedy}`,
    ])
  }
  try {
    new TlsFiles(tls)
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)])
  }
}

function readYaml(file: string): Tree {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError([`--config ${file}: cannot be read (${error instanceof Error ? error.message : error})`])
  }
  return treeIn(text, file)
}

function treeIn(text: string, file: string): Tree {
  try {
    const tree: unknown = parse(text) ?? {}
    if (isTree(tree)) return tree
    throw new ConfigError([`${file}: must be a list of keys and values, such as "timeZone: Asia/Shanghai"`])
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    throw new ConfigError([`${file}: is not YAML (${error.message.split('\n')[0]})`])
  }
}

function readFromFile(tree: Tree, place: readonly string[], origin: Origin): void {
  let part: unknown = tree
  for (const section of place.slice(0, -1)) part = isTree(part) ? part[section] : undefined
  if (!isTree(part)) return
  const key = place[place.length - 1]
  const name = `${key}File`
  const path = part[name]
  if (path === undefined) return
  delete part[name]
  const where = `${place.join('.')}File`
  if (part[key] !== undefined) throw new ConfigError([`${where} and ${place.join('.')} are both given: one of them is enough`])
  let text: string
  try {
    text = readFileSync(String(path), 'utf8').trimEnd()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError([`${where} = ${String(path)}: cannot be read (${reason}), from ${origin(where)}`])
  }
  part[key] = place[0] === 'detectors' ? treeIn(text, `${where} = ${String(path)}`) : text
}

interface Leaf {
  readonly path: readonly string[]
  /** Of what stands in a list ('item') there is no variable. */
  readonly kind: 'number' | 'boolean' | 'list' | 'text' | 'item'
}

function environmentValues(environment: ConfigSources['environment']) {
  const values: { path: readonly string[]; value: unknown; name: string }[] = []
  const named = schemaLeaves().filter(({ kind }) => kind !== 'item')
  const leaves = new Map(named.map((leaf): [string, Leaf] => [variableOf(leaf.path), leaf]))
  const sections = [
    ...new Set([...leaves.values()].filter(({ path }) => path.length > 1).map(({ path }) => `${variableOf([path[0]])}_`)),
  ]
  const unknown: string[] = []
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || !name.startsWith('ADIT_')) continue
    const leaf = leaves.get(name)
    if (leaf) values.push({ path: leaf.path, value: read(text, leaf.kind), name })
    else if (sections.some((section) => name.startsWith(section))) unknown.push(name)
  }
  if (unknown.length > 0) throw ConfigError.unknownNames(unknown, [...leaves.keys()], 'environment variable')
  return values
}

function read(text: string, kind: Leaf['kind']): unknown {
  if (kind === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (kind === 'list') return text.split(',').map((part) => part.trim())
  return text
}

function variableOf(path: readonly string[]): string {
  return `ADIT_${path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')}`
}

/** Every value the configuration has, by its path. */
function schemaLeaves(): Leaf[] {
  const leaves: Leaf[] = FILES.map((place) => ({ path: [...place.slice(0, -1), `${place.at(-1)}File`], kind: 'text' }))
  for (const key of WEBHOOK_SOURCES) leaves.push({ path: ['webhooks', '*', key], kind: 'item' })
  collect(z.toJSONSchema(Config, { io: 'input', unrepresentable: 'any' }), [], leaves)
  return leaves
}

function collect(schema: unknown, path: readonly string[], leaves: Leaf[]): void {
  if (!isTree(schema)) return
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices)) {
    for (const choice of choices) collect(choice, path, leaves)
  } else if (isTree(schema.properties)) {
    for (const [key, property] of Object.entries(schema.properties)) collect(property, [...path, key], leaves)
  } else if (path.length > 0) {
    leaves.push({ path, kind: kindOf(schema.type) })
    const keys = isTree(schema.items) && isTree(schema.items.properties) ? Object.keys(schema.items.properties) : []
    for (const key of keys) leaves.push({ path: [...path, '*', key], kind: 'item' })
  }
}

function kindOf(type: unknown): Leaf['kind'] {
  if (type === 'number' || type === 'integer') return 'number'
  if (type === 'boolean') return 'boolean'
  return type === 'array' ? 'list' : 'text'
}

function knownKeys(): string[] {
  const keys = new Set<string>()
  for (const { path } of schemaLeaves())
    for (let depth = 1; depth <= path.length; depth++) keys.add(path.slice(0, depth).join('.'))
  return [...keys]
}

function* leavesOf(tree: Tree, path: readonly string[]): Generator<{ path: readonly string[]; value: unknown }> {
  for (const [key, value] of Object.entries(tree)) {
    if (isTree(value)) yield* leavesOf(value, [...path, key])
    else if (value !== undefined) yield { path: [...path, key], value }
  }
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  let part = tree
  for (const key of path.slice(0, -1)) {
    const next = part[key]
    if (isTree(next)) {
      part = next
    } else {
      const made: Tree = {}
      part[key] = made
      part = made
    }
  }
  part[path[path.length - 1]] = value
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
