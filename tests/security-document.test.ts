import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import about from '../package.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '..')
const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')

test('each promise of SECURITY.md names tests that there are', () => {
  const [, promises = ''] = text.split('## What is promised, and the test that holds it\n')
  const rows = promises
    .split('\n## ')[0]
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| promise'))
  const files = readdirSync(join(ROOT, 'tests'), { recursive: true, encoding: 'utf8' }).map((file) => `tests/${file}`)
  expect(rows.length).toBeGreaterThan(15)
  for (const row of rows) {
    const [, , held = ''] = row.split('|').map((cell) => cell.trim())
    const named = [...held.matchAll(/`([^`]+)`/g)].map(([, file]) => file)
    expect(named.length, row).toBeGreaterThan(0)
    expect(
      named.filter((file) => !files.includes(file) || !file.endsWith('.test.ts')),
      row,
    ).toEqual([])
  }
})

test('each command of ours that SECURITY.md names is there', () => {
  const program = readdirSync(join(ROOT, 'src/cli'))
    .map((file) => readFileSync(join(ROOT, 'src/cli', file), 'utf8'))
    .join()
  const commands = new Set(
    [...text.matchAll(/`adit ([a-z-]+)(?: ([a-z]+))?/g)].flatMap(([, first, second]) => [first, second ?? first]),
  )
  expect(commands.size).toBeGreaterThan(5)
  for (const command of commands) expect(program).toMatch(`new Command('${command}')`)
  for (const [, script] of text.matchAll(/`npm run ([a-z:]+)`/g)) expect(Object.keys(about.scripts)).toContain(script)
})
