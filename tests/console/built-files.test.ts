import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { en } from '../../console/i18n/en.ts'
import { zh } from '../../console/i18n/zh.ts'
import { buildConsole } from './browser.ts'

const KB = 1000

describe('the built console', () => {
  let directory = ''
  let files: string[] = []
  beforeAll(async () => {
    directory = await buildConsole()
    files = readdirSync(join(directory, 'assets'))
  }, 120_000)
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const text = (file: string) => readFileSync(join(directory, 'assets', file), 'utf8')
  const zipped = (names: readonly string[]) => names.reduce((sum, file) => sum + gzipSync(text(file)).length, 0)

  test('starts with at most 200 KB of script, and the map is at most 460 KB more', () => {
    const page = readFileSync(join(directory, 'index.html'), 'utf8')
    const first = [...page.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].flatMap(([, file]) => file ?? [])
    expect(first.length).toBeGreaterThan(0)
    expect(zipped(first)).toBeLessThanOrEqual(200 * KB)
    const map = files.filter((file) => file.startsWith('maplibre') && file.endsWith('.js'))
    expect(map).toHaveLength(2)
    expect(zipped(map)).toBeLessThanOrEqual(460 * KB)
    expect(first.some((file) => file.startsWith('maplibre'))).toBe(false)
  })

  test('asks nothing of a browser newer than Chromium 110', () => {
    for (const file of files.filter((name) => name.endsWith('.css'))) {
      expect(text(file), file).not.toMatch(/color-mix\(|light-dark\(|@starting-style|@scope/)
      expect(text(file).replace(/\/\*[\s\S]*?\*\//g, ''), file).not.toMatch(/\{[^{}@]*[^{}@;]&/)
    }
  })

  test('names no other host in its page and styles', () => {
    const page = readFileSync(join(directory, 'index.html'), 'utf8')
    for (const content of [page, ...files.filter((name) => name.endsWith('.css')).map(text)]) {
      expect(content.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:\/\//)
    }
  })

  test('both languages say the same things with the same numbers in them', () => {
    const blanks = (texts: object, path = ''): string[] =>
      Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
        typeof value === 'string'
          ? [
              `${path}${key} ${[...value.matchAll(/\{\{(\w+)\}\}/g)]
                .map(([, name]) => name)
                .sort()
                .join()}`,
            ]
          : typeof value === 'object' && value !== null
            ? blanks(value, `${path}${key}.`)
            : [],
      )
    expect(blanks(en).sort()).toEqual(blanks(zh).sort())
  })
})
