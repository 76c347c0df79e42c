import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** A checkout of nothing but the script, with packages as the test says. */
describe('the preparation of a checkout', () => {
  let checkout: string
  const packages = {
    '': {},
    'node_modules/zod': { version: '4.0.0' },
    'node_modules/of-windows': { version: '1.0.0', optional: true },
  }
  const write = (path: string, content: unknown) => writeFile(join(checkout, path), JSON.stringify(content))
  const standing = (standingPackages: object) => write('node_modules/.package-lock.json', { packages: standingPackages })
  const start = (path = process.env.PATH) =>
    spawn(process.execPath, ['scripts/prepare.mjs'], { cwd: checkout, env: { ...process.env, PATH: path } })
  const prepare = (path = process.env.PATH) =>
    spawnSync(process.execPath, ['scripts/prepare.mjs'], { cwd: checkout, env: { ...process.env, PATH: path }, encoding: 'utf8' })

  beforeEach(async () => {
    checkout = await mkdtemp(join(tmpdir(), 'adit-checkout-'))
    await mkdir(join(checkout, 'scripts'))
    await mkdir(join(checkout, 'node_modules/.bin'), { recursive: true })
    await copyFile(join(root, 'scripts/prepare.mjs'), join(checkout, 'scripts/prepare.mjs'))
    await symlink(process.execPath, join(checkout, 'node_modules/.bin/node'))
    await write('package-lock.json', { packages })
    await standing({ 'node_modules/zod': { version: '4.0.0' } })
  })
  afterEach(() => rm(checkout, { recursive: true }))

  test('does and says nothing when the packages stand as the lock file wants them', () => {
    expect(prepare()).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })

  test.each([
    ['a package is missing', {}],
    ['a package has another version', { 'node_modules/zod': { version: '3.9.9' } }],
  ])('installs when %s, and says what to do without npm', async (_, packagesThere) => {
    await standing(packagesThere)
    const { status, stdout, stderr } = prepare('/nowhere')
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('installing packages')
    expect(stderr).toContain('npm is not on the PATH')
  })

  test('installs when an earlier install was broken off', async () => {
    await rm(join(checkout, 'node_modules/.package-lock.json'))
    expect(prepare('/nowhere').stderr).toContain('installing packages')
  })

  test('a damaged lock file is named', async () => {
    await writeFile(join(checkout, 'package-lock.json'), '{')
    expect(prepare()).toMatchObject({ status: 1, stderr: expect.stringContaining('package-lock.json is missing or damaged') })
  })

  describe('with an npm that takes its time', () => {
    let path: string
    const runs = () => spawnSync('wc', ['-l', join(checkout, 'runs')], { encoding: 'utf8' }).stdout.split(' ')[0]
    beforeEach(async () => {
      await standing({})
      const npm = join(checkout, 'bin')
      await mkdir(npm)
      path = `${npm}:/usr/bin:/bin`
      const script = `#!/bin/sh\necho started >> "${checkout}/runs"\nsleep 1\ncp package-lock.json node_modules/.package-lock.json\n`
      await writeFile(join(npm, 'npm'), script, { mode: 0o755 })
    })

    test('two at once install once', async () => {
      const codes = await Promise.all([once(start(path), 'exit'), once(start(path), 'exit')])
      expect(codes.map(([code]) => code)).toEqual([0, 0])
      expect(runs()).toBe('1')
      expect(prepare(path)).toMatchObject({ status: 0, stderr: '' })
    })

    test('one that was killed leaves nothing in the way', async () => {
      const killed = start(path)
      await once(killed.stderr, 'data')
      killed.kill('SIGKILL')
      await once(killed, 'exit')
      expect(prepare(path).status).toBe(0)
      expect(prepare(path)).toMatchObject({ status: 0, stderr: '' })
    })
  })
})

describe('the command of the package', () => {
  const adit = (...words: string[]) => spawnSync(process.execPath, [join(root, 'bin/adit.mjs'), ...words], { encoding: 'utf8' })

  test('runs the program, whatever the folder, and gives its exit code', () => {
    expect(adit('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('adit') })
    expect(adit('serve', '--nonsense')).toMatchObject({ status: 64 })
  })
})

describe('the last line of CI', () => {
  const summarise = async (report: object | undefined, checked: string, tested: string) => {
    const file = join(await mkdtemp(join(tmpdir(), 'adit-report-')), 'report.json')
    if (report !== undefined) await writeFile(file, JSON.stringify(report))
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts/summarise-tests.mjs'), file, checked, tested], {
      encoding: 'utf8',
    })
    return [status, stdout.trimEnd().split('\n').at(-1)]
  }
  const counts = (passed: number, failed: number, skipped = 0, suites = failed) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numFailedTestSuites: suites,
  })

  test('counts what ran', async () => {
    expect(await summarise(counts(12, 0, 3), '0', '0')).toEqual([0, '12 passed, 0 failed, 3 skipped'])
    expect(await summarise(counts(12, 2), '0', '1')).toEqual([1, '12 passed, 2 failed, 0 skipped'])
  })

  test('is a failure when a file did not load, when checks do not hold, and when nothing ran', async () => {
    expect(await summarise(counts(12, 0, 0, 1), '0', '1')).toEqual([1, '12 passed, 1 failed, 0 skipped'])
    expect(await summarise(counts(12, 0), '1', '0')).toEqual([1, '12 passed, 1 failed, 0 skipped'])
    expect(await summarise(counts(0, 0), '0', '0')).toEqual([1, '0 passed, 1 failed, 0 skipped'])
    expect(await summarise(undefined, '0', '1')).toEqual([1, '0 passed, 1 failed, 0 skipped'])
  })
})
