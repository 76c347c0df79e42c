/**
 * Every package of others that a user of Adit runs: what package.json names as dependencies, what the console is built
 * from, and what these need in turn. Read from package-lock.json as node resolves it; `npm sbom --omit dev` (11.19) leaves
 * out packages that a development tool needs as well, zod among them.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { readSources } from '../tests/import-graph.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const Names = z.record(z.string(), z.string()).default({})
const LockedPackage = z.object({
  version: z.string().default(''),
  license: z.string().optional(),
  integrity: z.string().optional(),
  hasInstallScript: z.boolean().default(false),
  dev: z.boolean().default(false),
  devOptional: z.boolean().default(false),
  dependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().default(false) })).default({}),
})
export type LockedPackage = z.output<typeof LockedPackage>
const Lock = z.object({ packages: z.record(z.string(), LockedPackage) })

/** Who needs it: the service, or only the built console. */
export interface ShippedPackage extends LockedPackage {
  readonly name: string
  readonly of: 'service' | 'console'
  /** Named by package.json or imported by the console, not only needed by others. */
  readonly direct: boolean
  /** Names and versions of what it needs, as `name@version`. */
  readonly needs: readonly string[]
}

/** By path inside the project, '' for the project itself. */
export function lockedPackages(): Readonly<Record<string, LockedPackage>> {
  return Lock.parse(JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8'))).packages
}

/** By name, then version; each once. */
export function shippedPackages(locked = lockedPackages()): readonly ShippedPackage[] {
  const found = new Map<string, ShippedPackage>()
  const named = neededPaths(locked, '')
  const drawn = consoleImports().map((name) => `node_modules/${name}`)
  const visit = (path: string, of: ShippedPackage['of']) => {
    const id = idOf(locked, path)
    if (found.has(id)) return
    const paths = neededPaths(locked, path)
    const needs = paths.map((needed) => idOf(locked, needed)).sort()
    found.set(id, { ...locked[path], name: nameOf(path), of, direct: named.includes(path) || drawn.includes(path), needs })
    for (const needed of paths) visit(needed, of)
  }
  for (const path of named) visit(path, 'service')
  for (const path of drawn) visit(path, 'console')
  return [...found.values()].sort((a, b) => (idAsText(a) < idAsText(b) ? -1 : 1))
}

function neededPaths(locked: Readonly<Record<string, LockedPackage>>, path: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = locked[path]
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)
  const names = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers])
  return [...names].flatMap((name) => resolved(locked, path, name) ?? [])
}

/** The nearest node_modules upwards that has it. */
function resolved(locked: Readonly<Record<string, LockedPackage>>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (path in locked) return path
    if (folder === '') return undefined
  }
}

function consoleImports(): string[] {
  const sources = readSources(ROOT, ['console']).filter(({ path }) => path !== 'console/vite.config.ts')
  const packages = sources.flatMap(({ imports }) => imports.filter(({ ours, typeOnly }) => !ours && !typeOnly))
  return [...new Set(packages.map(({ to }) => to).filter((to) => !to.startsWith('node:')))]
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function idOf(locked: Readonly<Record<string, LockedPackage>>, path: string): string {
  return `${nameOf(path)}@${locked[path].version}`
}

function idAsText({ name, version }: ShippedPackage): string {
  return `${name}@${version}`
}
