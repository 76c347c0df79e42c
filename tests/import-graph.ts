import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

export interface SourceFile {
  /** Path from the project's root, with slashes. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly imports: readonly Import[]
}

/** `to` is a path from the root for a file of ours, else the package's name (`node:fs`, `zod`, `@scope/name`). */
export interface Import {
  readonly to: string
  readonly ours: boolean
  readonly typeOnly: boolean
}

const SOURCE = /\.(ts|tsx|mjs)$/
const STATEMENT = /^\s*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm
const CALL = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Every source file under the given folders of the root, with what it imports. */
export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => filesUnder(join(root, folder)))
    .map((file) => {
      const text = readFileSync(file, 'utf8')
      const imports = importsOf(text).map(({ specifier, typeOnly }) => ({ ...targetOf(root, file, specifier), typeOnly }))
      return { path: slashed(relative(root, file)), text, lines: text.trimEnd().split('\n').length, imports }
    })
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      return ['node_modules', 'dist', 'coverage'].includes(entry.name) ? [] : filesUnder(join(folder, entry.name))
    }
    return SOURCE.test(entry.name) ? [join(folder, entry.name)] : []
  })
}

function importsOf(text: string): { specifier: string; typeOnly: boolean }[] {
  return [
    ...Array.from(text.matchAll(STATEMENT), ([, type, specifier]) => ({ specifier, typeOnly: type !== undefined })),
    ...Array.from(text.matchAll(CALL), ([, specifier]) => ({ specifier, typeOnly: false })),
  ]
}

function targetOf(root: string, file: string, specifier: string): { to: string; ours: boolean } {
  if (specifier.startsWith('.')) {
    const path = resolve(dirname(file), specifier.replace(/\?.*$/, ''))
    return { to: slashed(relative(root, path)), ours: true }
  }
  if (specifier.startsWith('node:')) return { to: specifier, ours: false }
  return {
    to: specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/'),
    ours: false,
  }
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}
