import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Import, readSources, type SourceFile } from './import-graph.ts'

/** The rooms of the house and what each may import from ours; `src` is looked at folder by folder below. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  model: ['model'],
  ingest: ['ingest', 'model'],
  detectors: ['detectors', 'model'],
  src: ['src', 'ingest', 'detectors', 'model'],
  console: ['console', 'model'],
  fixtures: ['fixtures', 'model'],
}
/** Packages that a room may use; a room that is not named may use any. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  model: ['zod'],
  detectors: ['zod', 'simple-statistics'],
}
/** Folders of src that know nothing of each other: only src/app.ts, the files beside it and src/cli wire them. */
const APART = ['ledger', 'stores', 'alerts', 'audit', 'cases', 'notify', 'users', 'api']
const HEAD_OF_STORES = 'src/stores/reading-store.ts'
/** The demo plays the fixtures' county. */
const PLAYS_FIXTURES = 'src/cli/'

const sources = readSources(join(import.meta.dirname, '..'), Object.keys(ROOMS))

describe('the house', () => {
  test('every room has files, and they import each other', () => {
    for (const room of Object.keys(ROOMS)) expect(roomFiles(room).length, room).toBeGreaterThan(0)
    expect(sources.filter(({ imports }) => imports.some(({ ours }) => ours)).length).toBeGreaterThan(sources.length / 2)
  })

  test('a room imports only what stands below it', () => {
    expect(arrows((file, { to, ours }) => ours && !mayEnter(file, to))).toEqual([])
  })

  test('model needs zod alone, detectors no more than arithmetic', () => {
    expect(arrows((file, { to, ours }) => !ours && !(PACKAGES[roomOf(file.path)]?.includes(to) ?? true))).toEqual([])
  })

  test('the folders of src do not know each other', () => {
    const crosses = (file: SourceFile, { to, ours }: Import) => {
      const from = folderOfSrc(file.path)
      const into = folderOfSrc(to)
      return ours && APART.includes(from) && into !== from && (APART.includes(into) || into === 'cli') && to !== HEAD_OF_STORES
    }
    expect(arrows(crosses)).toEqual([])
  })

  test('nothing imports itself round a corner', () => {
    const values = ({ imports }: SourceFile) => imports.flatMap(({ to, ours, typeOnly }) => (ours && !typeOnly ? [to] : []))
    expect(circlesIn(new Map(sources.map((file) => [file.path, values(file)])))).toEqual([])
    expect(
      circlesIn(
        new Map([
          ['a', ['b']],
          ['b', ['c', 'd']],
          ['c', []],
          ['d', ['b']],
        ]),
      ),
    ).toEqual(['b → d'])
  })

  test('a detector reads no clock and draws no lots', () => {
    const impure = /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\bprocess\./
    expect(roomFiles('detectors').flatMap(({ path, text }) => (impure.test(withoutComments(text)) ? [path] : []))).toEqual([])
  })

  test('no file is longer than 300 lines, and half of them have no more than 150', () => {
    const all = readSources(join(import.meta.dirname, '..'), [...Object.keys(ROOMS), 'tests', 'bench', 'scripts', 'bin'])
    expect(all.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([])
    expect(sources.map(({ lines }) => lines).sort((a, b) => a - b)[Math.floor(sources.length / 2)]).toBeLessThanOrEqual(150)
  })

  test('the whole product stays on one screen', () => {
    const line = sources.find(({ path }) => path === 'src/process-readings.ts')
    expect(line?.lines).toBeLessThanOrEqual(60)
  })

  test('no file is a drawer', () => {
    const drawer = /(^|\/)(utils?|helpers?|common|types|manager|index|misc)\.(ts|tsx)$/
    expect(sources.map(({ path }) => path).filter((path) => drawer.test(path))).toEqual([])
  })
})

function roomOf(path: string): string {
  return path.split('/')[0]
}

function roomFiles(room: string): SourceFile[] {
  return sources.filter(({ path }) => roomOf(path) === room)
}

/** The folder of src that a file stands in, '' for src itself and elsewhere. */
function folderOfSrc(path: string): string {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? ''
}

function mayEnter(file: SourceFile, to: string): boolean {
  if (roomOf(to) === 'fixtures' && file.path.startsWith(PLAYS_FIXTURES)) return true
  if (to === 'package.json') return true
  return ROOMS[roomOf(file.path)].includes(roomOf(to))
}

function arrows(isWrong: (file: SourceFile, target: Import) => boolean): string[] {
  return sources.flatMap((file) => file.imports.filter((target) => isWrong(file, target)).map(({ to }) => `${file.path} → ${to}`))
}

/** Each as the way from where it is entered to where it comes back from. */
function circlesIn(importsOf: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = []
  const seen = new Set<string>()
  const way: string[] = []
  const visit = (file: string) => {
    const entered = way.indexOf(file)
    if (entered >= 0) circles.push(way.slice(entered).join(' → '))
    if (seen.has(file)) return
    seen.add(file)
    way.push(file)
    for (const to of importsOf.get(file) ?? []) visit(to)
    way.pop()
  }
  for (const file of importsOf.keys()) visit(file)
  return circles
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')
}
