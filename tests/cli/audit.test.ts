import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { AuditLog } from '../../src/audit/audit-log.ts'
import { auditPlaces } from '../audit/scratch-audit.ts'
import { runAdit } from './run-adit.ts'

const AREAS = 'area,feeder,county,latitude,longitude,datum,radius_m\nT1,F1,Luxi,24.45,98.1,GCJ02,400\n'

function dataDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'adit-audit-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function rows(data: string) {
  const database = new DatabaseSync(join(data, 'audit.db'))
  const all = database.prepare('SELECT actor, action, subject, outcome FROM audit ORDER BY sequence').all()
  database.close()
  return all.map((row) => Object.values(row).join(' '))
}

test('what commands change is recorded with the user who ran them, and a change of the record is found', async () => {
  const data = dataDirectory()
  writeFileSync(join(data, 'areas.csv'), AREAS)
  const at = ['--data', data]
  expect((await runAdit('gateway', 'add', 'luxi-01', ...at)).code).toBe(0)
  expect((await runAdit('gateway', 'add', 'luxi-01', ...at)).code).toBe(1)
  expect((await runAdit('token', 'add', '--role', 'bureau', ...at)).code).toBe(0)
  expect((await runAdit('import', join(data, 'areas.csv'), ...at)).code).toBe(0)
  expect((await runAdit('import', join(data, 'areas.csv'), '--dry-run', ...at)).code).toBe(0)
  const user = `local:${userInfo().username}`
  expect(rows(data)).toEqual([
    `${user} gateway.add luxi-01 begun`,
    `${user} gateway.add luxi-01 done`,
    `${user} gateway.add luxi-01 begun`,
    `${user} gateway.add luxi-01 refused`,
    `${user} token.add bureau begun`,
    `${user} token.add bureau done`,
    `${user} import areas.csv begun`,
    `${user} import areas.csv done`,
  ])

  const whole = await runAdit('verify-audit', ...at)
  expect([whole.code, whole.stdout]).toEqual([
    0,
    expect.stringMatching(/is whole: 8 records\.\nNote elsewhere: 8:[0-9a-f]{64}\n$/),
  ])
  const noted = /8:\w+/.exec(whole.stdout)?.[0] ?? ''

  const shown = await runAdit('audit', '--last', '2', ...at)
  expect(shown.stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(`^7  \\S+Z  ${user}  import  "areas.csv"  begun  `),
    expect.stringMatching(`^8  \\S+Z  ${user}  import  "areas.csv"  done  `),
  ])
  const last = JSON.parse((await runAdit('audit', '--last', '1', '--json', ...at)).stdout).records
  expect(last).toMatchObject([
    { sequence: 8, actor: user, detail: { of: 7, files: [['areas.csv', 'areas', { added: 1, rejected: 0 }]] } },
  ])

  const database = new DatabaseSync(join(data, 'audit.db'))
  database.exec("DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'local:somebody' WHERE sequence = 5")
  database.close()
  const broken = await runAdit('verify-audit', '--json', '--noted', noted, ...at)
  expect([broken.code, JSON.parse(broken.stdout)]).toEqual([
    1,
    expect.objectContaining({ whole: false, records: 4, broken: { sequence: 5, reason: expect.stringMatching(/was changed/) } }),
  ])
})

test('a log that was cut off stops every command that would change something, and nothing is changed', async () => {
  const data = dataDirectory()
  await runAdit('token', 'add', '--role', 'bureau', '--data', data)
  const database = new DatabaseSync(join(data, 'audit.db'))
  database.exec('DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE sequence = 2')
  database.close()
  const refused = await runAdit('token', 'add', '--role', 'admin', '--data', data)
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/is not the one of which .*audit-head notes 2 records/),
  ])
  const tokens = new DatabaseSync(join(data, 'tokens.db'))
  expect(tokens.prepare('SELECT count(*) AS count FROM tokens').get()).toEqual({ count: 1 })
  tokens.close()
})

test('what a gateway wrote into a topic moves no terminal and turns no text around', async () => {
  const data = dataDirectory()
  const log = await AuditLog.open({ kind: 'embedded' }, auditPlaces(data), Date.now)
  const subject = 'adit/v1/\u001b[2J\u009b1m\u202eetirw\n/readings'
  await log.append([{ actor: 'gateway:gw-1', role: null, action: 'gateway.spoof', subject, detail: {}, outcome: 'refused' }])
  await log.close()
  const { stdout } = await runAdit('audit', '--data', data)
  expect(stdout).toContain(String.raw`"adit/v1/\u001b[2J⟨U+009B⟩1m⟨U+202E⟩etirw\n/readings"`)
  expect(stdout.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})

test('a log that cannot be written stops a command before it changes anything', async () => {
  const data = dataDirectory()
  mkdirSync(join(data, 'audit-head.new'))
  const refused = await runAdit('token', 'add', '--role', 'admin', '--data', data)
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/^nothing was changed: the audit log cannot be written \(EISDIR/),
  ])
  expect(existsSync(join(data, 'tokens.db'))).toBe(false)
})

test('where there is no audit log, none is found whole', async () => {
  const { code, stderr } = await runAdit('verify-audit', '--data', join(dataDirectory(), 'none'))
  expect([code, stderr]).toEqual([1, expect.stringMatching(/has no audit log: give the service's data directory with --data/)])
})
