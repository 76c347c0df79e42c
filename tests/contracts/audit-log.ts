import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { AuditEntry } from '../../model/audit-record.ts'
import type { AuditLog } from '../../src/audit/audit-log.ts'

/** One audit log on lasting storage. */
export interface AuditUnderTest {
  /** Path of its head outside of the database. */
  readonly head: string
  /** As the service and each command beside it does. */
  open(): Promise<AuditLog>
  /** What somebody does who may alter the tables, the guards taken off before. */
  tamper(sql: string): Promise<unknown>
  /** The same without taking them off. */
  execute(sql: string): Promise<unknown>
}

export const added = (subject: string): AuditEntry => ({
  actor: 'token:0123456789ab',
  role: 'integrator',
  action: 'gateway.add',
  subject,
  detail: { from: '127.0.0.1' },
  outcome: 'done',
})

/** What every audit log keeps. `create` gives a new, empty one. */
export function describeAuditLog(name: string, create: () => Promise<AuditUnderTest>): void {
  describe(`the audit log in ${name}`, () => {
    test('gives numbers without a gap, each record holding the hash of the one before, over restarts too', async () => {
      const { open } = await create()
      const first = await open()
      const one = await first.append([added('gw-1')])
      const two = await first.append([added('gw-2'), { ...added('名'), role: null }])
      await first.close()
      const again = await open()
      const three = await again.append([added('gw-4')])
      const all = [...one, ...two, ...three]
      expect(all.map(({ sequence, subject }) => [sequence, subject])).toEqual([
        [1, 'gw-1'],
        [2, 'gw-2'],
        [3, '名'],
        [4, 'gw-4'],
      ])
      expect(await again.newest(2)).toEqual([all[3], all[2]])
      expect(await again.newest(9, 3)).toEqual([all[1], all[0]])
      for (const [index, record] of all.slice(1).entries()) expect(record.previousHash).toBe(all[index].hash)
      expect(await again.verify()).toEqual({
        records: 4,
        head: { size: 4, hash: all[3].hash },
        broken: null,
        unended: [],
        renewed: [],
      })
      await again.close()
    })

    test('stays one chain when the service and commands beside it write at once', async () => {
      const { open } = await create()
      const logs = await Promise.all([open(), open(), open()])
      await Promise.all(
        logs.flatMap((log, writer) => Array.from({ length: 10 }, (_, turn) => log.append([added(`${writer}-${turn}`)]))),
      )
      expect(await logs[0].verify()).toMatchObject({ records: 30, broken: null, head: { size: 30 } })
      await Promise.all(logs.map((log) => log.close()))
    })

    test('keeps what no database takes as text, and tells what has begun and has no end', async () => {
      const { open } = await create()
      const log = await open()
      await log.append([{ ...added('a\0b\uD800'), detail: { text: 'c\0d\uDC00', long: 'x'.repeat(9_000) }, outcome: 'begun' }])
      await log.append([{ ...added('ended'), outcome: 'begun' }])
      await log.append([{ ...added('ended'), detail: { of: 2 } }])
      expect(await log.verify()).toMatchObject({ records: 3, broken: null, unended: [1] })
      await log.close()
    })

    test('is only ever appended to', async () => {
      const { open, execute } = await create()
      const log = await open()
      await log.append([added('gw-1')])
      await expect(execute("UPDATE audit SET actor = 'nobody'")).rejects.toThrow(/only ever appended to/)
      await expect(execute('DELETE FROM audit')).rejects.toThrow(/only ever appended to/)
      expect(await log.verify()).toMatchObject({ records: 1, broken: null })
      await log.close()
    })

    describe('tampered with', () => {
      const cases: readonly (readonly [what: string, sql: string, sequence: number, reason: RegExp])[] = [
        ['the moment', 'UPDATE audit SET at = at + 1 WHERE sequence = 3', 3, /was changed/],
        ['the actor', "UPDATE audit SET actor = 'token:ffffffffffff' WHERE sequence = 3", 3, /was changed/],
        ['the role', 'UPDATE audit SET role = NULL WHERE sequence = 3', 3, /was changed/],
        ['the action', "UPDATE audit SET action = 'import' WHERE sequence = 3", 3, /was changed/],
        ['the subject', "UPDATE audit SET subject = 'gw-9' WHERE sequence = 3", 3, /was changed/],
        ['the detail', "UPDATE audit SET detail = '{}' WHERE sequence = 3", 3, /was changed/],
        ['the outcome', "UPDATE audit SET outcome = 'refused' WHERE sequence = 3", 3, /was changed/],
        ['the link', 'UPDATE audit SET previous_hash = hash WHERE sequence = 3', 3, /was changed/],
        ['the hash', 'UPDATE audit SET hash = previous_hash WHERE sequence = 3', 3, /was changed/],
        ['the number', 'UPDATE audit SET sequence = 9 WHERE sequence = 3', 3, /missing/],
        ['one taken out', 'DELETE FROM audit WHERE sequence = 3', 3, /missing/],
        ['the first taken out', 'DELETE FROM audit WHERE sequence = 1', 1, /missing/],
        ['the last cut off', 'DELETE FROM audit WHERE sequence = 6', 6, /cut off: the log had 6/],
        ['all cut off', 'DELETE FROM audit', 1, /cut off: the log had 6/],
        ['one put in before the first', `${COPY.replace('SEQUENCE', '0')} WHERE sequence = 1`, 0, /put in/],
        ['one put in at the end', `${COPY.replace('SEQUENCE', '7')} WHERE sequence = 6`, 7, /was changed/],
        [
          'two that changed places',
          'UPDATE audit SET sequence = 99 WHERE sequence = 3; UPDATE audit SET sequence = 3 WHERE sequence = 4; UPDATE audit SET sequence = 4 WHERE sequence = 99',
          3,
          /was changed/,
        ],
      ]
      test.each(cases)('%s: the first record that does not hold is named', async (_, sql, sequence, reason) => {
        const { open, tamper } = await create()
        const log = await open()
        await log.append(Array.from({ length: 6 }, (_, index) => added(`gw-${index}`)))
        await tamper(sql)
        const { broken } = await log.verify()
        expect(broken).toMatchObject({ sequence, reason: expect.stringMatching(reason) })
        await log.close()
      })
    })

    describe('with its head outside', () => {
      const ofThree = async () => {
        const under = await create()
        const log = await under.open()
        onTestFinished(() => log.close())
        const records = await log.append([added('gw-1'), added('gw-2')])
        await log.append([added('gw-3')])
        return { head: under.head, log, noted: { size: 2, hash: records[1].hash } }
      }

      test('an end that was noted elsewhere is found again, another is not', async () => {
        const { log, noted } = await ofThree()
        expect((await log.verify(noted)).broken).toBeNull()
        expect((await log.verify({ ...noted, hash: noted.hash.replaceAll(/[0-9a-f]/g, 'a') })).broken).toMatchObject({
          sequence: 2,
        })
        expect((await log.verify({ ...noted, size: 17 })).broken).toMatchObject({ sequence: 4 })
      })

      test('a log that went on beyond its head, as a kill between the two leaves it, is whole and goes on', async () => {
        const { log, head: path } = await ofThree()
        const head = readFileSync(path)
        await log.append([added('gw-4')])
        writeFileSync(path, head)
        expect(await log.verify()).toMatchObject({ records: 4, broken: null, renewed: [] })
        expect(await log.append([added('gw-5')])).toMatchObject([{ sequence: 5 }])
        expect(await log.verify()).toMatchObject({ records: 5, broken: null, renewed: [] })
        expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ size: 5 })
      })

      test('nothing is put upon a log whose end was cut off', async () => {
        const { log, head: path } = await ofThree()
        const head = readFileSync(path, 'utf8')
        writeFileSync(path, head.replace('"size":3', '"size":5'))
        await expect(log.append([added('gw-4')])).rejects.toThrow(
          /not the one of which .* notes 5 records: run adit verify-audit/,
        )
        writeFileSync(path, head)
        expect(await log.append([added('gw-4')])).toMatchObject([{ sequence: 4 }])
      })

      test('nor in another database than it was', async () => {
        const { log, head: path } = await ofThree()
        const head = readFileSync(path, 'utf8')
        const other = head.includes('embedded') ? 'postgresql' : 'embedded'
        writeFileSync(path, head.replace(/embedded|postgresql/, other))
        await expect(log.append([added('gw-5')])).rejects.toThrow(new RegExp(`kept in the ${other} database.*--config`))
        expect((await log.verify()).records).toBe(3)
      })

      test('a head that is gone is told, and made anew with the next record, which says so', async () => {
        const { log, head } = await ofThree()
        rmSync(head)
        expect((await log.verify()).broken).toMatchObject({ sequence: 3, reason: expect.stringMatching(/audit-head is missing/) })
        expect(await log.append([added('gw-6')])).toMatchObject([{ sequence: 5, subject: 'gw-6' }])
        expect(await log.verify()).toMatchObject({ records: 5, broken: null, renewed: [4] })
      })
    })
  })
}

const COPY =
  'INSERT INTO audit (sequence, at, actor, role, action, subject, detail, outcome, previous_hash, hash) SELECT SEQUENCE, at, actor, role, action, subject, detail, outcome, previous_hash, hash FROM audit'
