import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { emptyDemoDirectory } from '../src/cli/demo-directory.ts'

const ADIT = join(import.meta.dirname, '../src/cli/adit.ts')
const Alerts = z.object({ items: z.array(z.object({ id: z.string(), probability: z.number(), mines: z.array(z.unknown()) })) })

let directory = ''
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('one command plays the county, and a lead is on the page before anything was published live', {
  timeout: 180_000,
}, async () => {
  directory = mkdtempSync(join(tmpdir(), 'adit-demo-'))
  const args = [ADIT, 'demo', '--data', join(directory, 'data'), '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0']
  const demo = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(demo, 'exit')
  const killAtExit = () => demo.kill('SIGKILL')
  process.once('exit', killAtExit)
  let said = ''
  for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()))
  try {
    const address = await first(
      () => /http:\/\/[\d.]+:\d+/.exec(said)?.[0],
      demo,
      () => said,
    )
    const alerts = await first(
      async () => {
        const { items } = Alerts.parse(await (await fetch(`${address}/api/v1/alerts`)).json())
        return items.length > 0 ? items : undefined
      },
      demo,
      () => said,
    )
    expect(alerts[0]?.mines.length).toBeGreaterThan(0)
  } finally {
    demo.kill('SIGTERM')
    await exit
    process.off('exit', killAtExit)
  }
  expect(demo.exitCode).toBe(0)
})

test('the demo empties its own directory and nobody else’s', () => {
  directory = mkdtempSync(join(tmpdir(), 'adit-demo-'))
  const files = emptyDemoDirectory(join(directory, 'demo'))
  writeFileSync(files.journal, 'old')
  emptyDemoDirectory(join(directory, 'demo'))
  expect(existsSync(files.journal)).toBe(false)
  writeFileSync(join(directory, 'precious.txt'), 'mine')
  expect(() => emptyDemoDirectory(directory)).toThrow(/something else/)
  expect(existsSync(join(directory, 'precious.txt'))).toBe(true)
})

/** Polls until there is a value; fails with what the demo said when it ends before. */
async function first<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  demo: { readonly exitCode: number | null },
  said: () => string,
): Promise<T> {
  for (;;) {
    const value = await ask()
    if (value !== undefined) return value
    if (demo.exitCode !== null) throw new Error(`the demo ended with ${demo.exitCode}: ${said()}`)
    await delay(200)
  }
}
