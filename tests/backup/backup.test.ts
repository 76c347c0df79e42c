import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Manifest, manifestFiles, readManifest } from '../../src/backup/manifest.ts'
import { runAdit } from '../cli/run-adit.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'

const AREAS = 'area,feeder,county,latitude,longitude,datum,radius_m\nT1,F1,Luxi,24.45,98.1,GCJ02,400\n'
const POINTS = 'usage_point,meter,area,category,latitude,longitude\nU1,010203040506,T1,residential,,\n'
const READINGS = 'meter,start,seconds,energy_wh\n010203040506,2026-11-24T00:00:00+08:00,900,512.5\n'

const made = mkdtempSync(join(tmpdir(), 'adit-backup-'))
afterAll(() => rmSync(made, { recursive: true, force: true }))

/** A data directory in which commands have done this and that, and its backup. */
beforeAll(async () => {
  const directory = made
  const [data, backup] = [join(directory, 'data'), join(directory, 'backup')]
  for (const [name, text] of [
    ['areas', AREAS],
    ['usage-points', POINTS],
    ['readings', READINGS],
  ]) {
    writeFileSync(join(directory, `${name}.csv`), text)
    expect((await runAdit('import', join(directory, `${name}.csv`), '--data', data)).code).toBe(0)
  }
  await runAdit('gateway', 'add', 'luxi-01', '--data', data)
  await runAdit('token', 'add', '--role', 'bureau', '--data', data)
  for (const name of ['admin-token', 'service.json', 'lock.pid', 'checkpoint.new'])
    writeFileSync(join(data, name), 'not for others')
  const taken = await runAdit('backup', '--data', data, '--out', backup)
  expect([taken.code, taken.stdout]).toEqual([0, expect.stringMatching(/files, [\d.]+ MB, journal position 1, audit head 11:/)])
})

function backedUp(): { directory: string; data: string; backup: string } {
  const directory = scratchDirectory()
  cpSync(made, directory, { recursive: true })
  return { directory, data: join(directory, 'data'), backup: join(directory, 'backup') }
}

function names(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort()
}

function writeManifest(backup: string, manifest: Manifest): void {
  for (const [name, text] of manifestFiles(manifest)) writeFileSync(join(backup, name), text)
}

describe('a backup', () => {
  test('is for its owner only, has neither the first token nor what a running service leaves, and is on record', async () => {
    const { data, backup } = backedUp()
    for (const name of names(backup)) expect(statSync(join(backup, name)).mode & 0o777, name).toBe(0o600)
    expect(statSync(join(made, 'backup')).mode & 0o777).toBe(0o700)
    expect(names(backup)).toEqual([
      'audit-head',
      'audit.db',
      'calibration.json',
      'findings.db',
      'gateways.db',
      expect.stringMatching(/^imports\/readings-\w+\.adit$/),
      'journal.db',
      'ledger.db',
      'manifest.json',
      'manifest.sha256',
      'tokens.db',
    ])
    const audit = new DatabaseSync(join(data, 'audit.db'))
    const [begun, done] = audit.prepare("SELECT outcome, detail FROM audit WHERE action = 'backup' ORDER BY sequence").all()
    audit.close()
    expect([begun.outcome, done.outcome, JSON.parse(String(done.detail))]).toEqual([
      'begun',
      'done',
      { of: 11, position: 1, files: 9 },
    ])
  })

  test('is whole until one bit of it changes, and then the file is named and nothing is restored', async () => {
    const { directory, backup } = backedUp()
    const verify = () => runAdit('backup', '--verify', backup)
    expect([(await verify()).code, (await verify()).stdout]).toEqual([0, expect.stringMatching(/is whole: /)])

    const file = names(backup).find((name) => name.startsWith('imports/')) ?? ''
    const bytes = readFileSync(join(backup, file))
    bytes[bytes.length - 3] ^= 4
    writeFileSync(join(backup, file), bytes)
    truncateSync(join(backup, 'ledger.db'), statSync(join(backup, 'ledger.db')).size - 1)
    rmSync(join(backup, 'tokens.db'))
    const { code, stderr } = await verify()
    expect([code, stderr.trim().split('\n')]).toEqual([
      1,
      [
        `${file} has another SHA-256 than it was written with`,
        expect.stringMatching(/^ledger\.db has \d+ bytes, was written with \d+$/),
        'tokens.db is missing',
      ],
    ])
    const elsewhere = join(directory, 'elsewhere')
    const restored = await runAdit('restore', backup, '--data', elsewhere)
    expect([restored.code, restored.stderr]).toEqual([
      1,
      expect.stringMatching(/imports\/.* another SHA-256 .* and 2 more .*: nothing was restored/),
    ])
    expect(() => statSync(elsewhere)).toThrow(/ENOENT/)
  })

  test('whose list of files was changed, or is missing, is none', async () => {
    const { backup } = backedUp()
    appendFileSync(join(backup, 'manifest.json'), ' ')
    const changed = await runAdit('backup', '--verify', backup)
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringMatching(/manifest\.json is not as it was written/)])
    rmSync(join(backup, 'manifest.json'))
    const missing = await runAdit('backup', '--verify', backup)
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/was not finished: it has no manifest\.json/)])
  })

  test('is not put over anything, of nothing, or without saying where', async () => {
    const { directory, data, backup } = backedUp()
    const over = await runAdit('backup', '--data', data, '--out', backup)
    expect([over.code, over.stderr]).toEqual([1, expect.stringMatching(/is not empty: give a directory that is new or empty/)])
    const none = await runAdit('backup', '--data', join(directory, 'none'), '--out', join(directory, 'second'))
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/give the service's data directory with --data/)])
    expect(readdirSync(directory)).not.toContain('none')
    expect((await runAdit('backup', '--data', data)).code).toBe(64)
    expect((await runAdit('backup', '--verify', backup, '--out', backup)).code).toBe(64)
    expect((await runAdit('backup', '--verify', backup)).code).toBe(0)
  })

  test('names what servers keep and the commands that save it, without their secrets', async () => {
    const { directory, data } = backedUp()
    const config = join(directory, 'adit.yaml')
    writeFileSync(
      config,
      'store: { kind: influxdb, url: "http://127.0.0.1:8086", org: county, bucket: readings, token: secret-1 }',
    )
    const { stdout } = await runAdit('backup', '--data', data, '--config', config, '--out', join(directory, 'second'))
    expect(stdout).toMatch(
      /Not in it: readings in http:.*\n {2}influx backup --host http:\/\/127\.0\.0\.1:8086 --org county --bucket readings \S+second\.influx\n/,
    )
    const manifest = readFileSync(join(directory, 'second/manifest.json'), 'utf8')
    expect(manifest + stdout).not.toMatch('secret-1')
  })

  test('tells of a database that was damaged before, and has it as it is', async () => {
    const { directory, data } = backedUp()
    const findings = join(data, 'findings.db')
    const file = readFileSync(findings)
    file.fill(0xff, 4_096, 4_096 + 8)
    writeFileSync(findings, file)
    const { code, stderr } = await runAdit('backup', '--data', data, '--out', join(directory, 'second'))
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^findings\.db was damaged before and is in the backup as it is: /)])
    expect((await runAdit('backup', '--verify', join(directory, 'second'))).code).toBe(0)
  })
})

describe('a restored directory', () => {
  test('has everything, goes on with the audit log, and is never made over another', async () => {
    const { directory, data, backup } = backedUp()
    const elsewhere = join(directory, 'elsewhere')
    const { code, stdout } = await runAdit('restore', backup, '--data', elsewhere)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Start it with: adit serve --data \S+elsewhere\n$/)])
    const verified = await runAdit('verify-audit', '--data', elsewhere)
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/is whole: 13 records[\s\S]*cut off: 11\n$/)])
    for (const name of names(elsewhere)) expect(statSync(join(elsewhere, name)).mode & 0o077, name).toBe(0)
    const again = await runAdit('gateway', 'add', 'luxi-01', '--data', elsewhere)
    expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/registered already/)])
    const over = await runAdit('restore', backup, '--data', data)
    expect([over.code, over.stderr]).toEqual([
      1,
      expect.stringMatching(/is not empty: a backup is restored into a new directory/),
    ])
  })

  test('is refused to every command while a part of it is missing', async () => {
    const { directory } = backedUp()
    const half = join(directory, 'half')
    mkdirSync(half)
    writeFileSync(join(half, 'restoring'), '')
    for (const words of [
      ['serve', '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'],
      ['token', 'add', '--role', 'admin'],
    ]) {
      const { code, stderr } = await runAdit(...words, '--data', half)
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/holds a part of a backup only: empty it and run adit restore again/),
      ])
    }
    expect(readdirSync(half)).toEqual(['restoring'])
  })

  test('is refused, as any other, when a newer program has written it', async () => {
    const { data } = backedUp()
    const before = names(data)
    writeFileSync(join(data, 'format'), '3\n')
    const { code, stderr } = await runAdit('serve', '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0', '--data', data)
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/is of format 3, this program knows formats up to 2: start the newer program/),
    ])
    expect(names(data)).toEqual([...before, 'format'].sort())
  })

  test('is not made of a backup from a newer program, nor of one whose list leads out of it', async () => {
    const { directory, backup } = backedUp()
    const elsewhere = join(directory, 'elsewhere')
    const manifest = readManifest(backup)
    writeManifest(backup, { ...manifest, files: [...manifest.files, { path: '../evil', bytes: 0, sha256: '0'.repeat(64) }] })
    const outside = await runAdit('restore', backup, '--data', elsewhere)
    expect([outside.code, outside.stderr]).toEqual([1, expect.stringMatching(/files\.9\.path: a path below the directory/)])
    writeManifest(backup, Object.assign({ ...manifest }, { format: 2, program: '9.1.0', more: true }))
    const newer = await runAdit('restore', backup, '--data', elsewhere)
    expect([newer.code, newer.stderr]).toEqual([
      1,
      expect.stringMatching(/is of format 2, made by adit 9\.1\.0; this program knows formats up to 1/),
    ])
    expect(readdirSync(directory)).not.toContain('elsewhere')
  })
})
