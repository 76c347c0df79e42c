import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataFiles } from '../../src/data-directory.ts'
import { examine } from '../../src/examine.ts'
import { examineFiles } from '../../src/examine-files.ts'
import { scratchDirectory } from '../ingest/scratch-directory.ts'
import { killedJournal } from '../src/killed-journal.ts'
import { runAdit } from './run-adit.ts'

async function doctorOf(data: string) {
  const environment = { ADIT_DATA: data, ADIT_HTTP_PORT: '0', ADIT_MQTT_PORT: '0' }
  return (await examine({ environment }, new Date())).find(({ check }) => check === 'files')
}

test('no command opens what a kill has left damaged before the service has put it right; the doctor says so', async () => {
  const data = await killedJournal(scratchDirectory(), 20)
  expect(await doctorOf(data)).toMatchObject({ status: 'pass' })
  const log = join(data, 'journal.db-wal')
  const bytes = readFileSync(log)
  bytes[50_000] ^= 1
  writeFileSync(log, bytes)
  expect(await doctorOf(data)).toMatchObject({
    status: 'fail',
    detail: 'journal.db-wal damaged since a kill',
    remedy: expect.stringContaining('start adit serve'),
  })
  const refused = await runAdit('token', 'add', '--role', 'bureau', '--data', data)
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/journal\.db-wal .*start adit serve/)])
  expect([existsSync(join(data, 'audit.db')), readFileSync(log).equals(bytes)]).toEqual([false, true])

  expect(await examineFiles(dataFiles(data))).toHaveLength(1)
  expect(await doctorOf(data)).toMatchObject({
    status: 'warn',
    detail: 'damaged and set aside: journal.db-wal.1 (1)',
    remedy: expect.stringContaining(join(data, 'damaged')),
  })
  expect((await runAdit('token', 'add', '--role', 'bureau', '--data', data)).code).toBe(0)
})
