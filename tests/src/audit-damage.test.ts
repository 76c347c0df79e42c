import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { AuditLog } from '../../src/audit/audit-log.ts'
import { AuditWatch } from '../../src/audit-watch.ts'
import { dataFiles } from '../../src/data-directory.ts'
import { examineFiles, sealDatabases } from '../../src/examine-files.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'

const RECORDS = 60

/** A log that was written to and closed in peace. */
async function closedLog() {
  const files = dataFiles(scratchDirectory())
  const log = await AuditLog.open({ kind: 'embedded' }, files, () => 1_795_000_000_000)
  for (let number = 1; number <= RECORDS; number++) await log.append([entry(`gw-${number}-${'x'.repeat(200)}`)])
  await log.close()
  return files
}

function entry(subject: string) {
  return { actor: 'local:root', role: null, action: 'gateway.add', subject, detail: {}, outcome: 'done' } as const
}

/** With the time of change left as it was. */
function damage(path: string, change: (bytes: Buffer) => void): void {
  const { atime, mtime } = statSync(path)
  const bytes = readFileSync(path)
  change(bytes)
  writeFileSync(path, bytes)
  utimesSync(path, atime, mtime)
}

function flipIn(subject: string) {
  return (bytes: Buffer) => {
    bytes[bytes.indexOf(subject) + 3] ^= 1
  }
}

async function verdictOf(log: AuditLog) {
  const { broken, records } = await log.verify()
  return { record: broken?.sequence, records }
}

test('a record of the audit log in which a bit has flipped is named ever after, and the log goes on behind it', async () => {
  const files = await closedLog()
  await sealDatabases(files)
  damage(files.audit, flipIn('gw-17-'))
  const found = await examineFiles(files)
  expect(found).toMatchObject([{ file: 'audit.db', remedy: expect.stringContaining('adit verify-audit') }])
  expect(readdirSync(files.damaged)).toContain('audit.db.1')
  const log = await AuditLog.open({ kind: 'embedded' }, files, Date.now)
  expect(await log.append([entry('after')])).toMatchObject([{ sequence: RECORDS + 1 }])
  expect(await verdictOf(log)).toEqual({ record: 17, records: 16 })
  await log.close()
})

test('whoever makes the newest records unreadable gets no new log: nothing is put upon what is left', async () => {
  const files = await closedLog()
  damage(files.audit, (bytes) => bytes.fill(0xff, bytes.indexOf(`gw-${RECORDS}-`) & ~4_095))
  expect(await examineFiles(files)).toMatchObject([{ file: 'audit.db' }])
  const log = await AuditLog.open({ kind: 'embedded' }, files, Date.now)
  await expect(log.append([entry('after')])).rejects.toMatchObject({ code: 'audit' })
  const { record, records } = await verdictOf(log)
  expect(record).toBe(records + 1)
  expect(records).toBeGreaterThan(RECORDS / 2)
  expect(records).toBeLessThan(RECORDS)
  await log.close()
})

test('a record that changed without a seal to tell is found behind the start', async () => {
  const files = await closedLog()
  damage(files.audit, flipIn('gw-17-'))
  expect(await examineFiles(files)).toEqual([])
  const log = await AuditLog.open({ kind: 'embedded' }, files, Date.now)
  const told: string[] = []
  const watch = AuditWatch.start(log, files, pino({ level: 'error' }, { write: (line: string) => told.push(line) }))
  await expect.poll(() => watch.trouble).toMatch(/^record 17 of the audit log: it was changed/)
  expect(told.join()).toContain('record 17')
  await watch.stop()
  await log.close()
})

test('a head that somebody scribbled over is found behind the start', async () => {
  const files = await closedLog()
  damage(files.auditHead, (bytes) => {
    bytes[2] ^= 4
  })
  const log = await AuditLog.open({ kind: 'embedded' }, files, Date.now)
  const watch = AuditWatch.start(log, files, pino({ level: 'silent' }))
  await expect.poll(() => watch.trouble).toContain(join(files.directory, 'audit-head'))
  await watch.stop()
  await log.close()
})
