import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examine } from '../../src/examine.ts'

async function calendarOn(date: string, environment: Record<string, string> = {}) {
  const data = mkdtempSync(join(tmpdir(), 'adit-doctor-'))
  try {
    const findings = await examine(
      { environment: { ADIT_DATA: data, ADIT_HTTP_PORT: '0', ADIT_MQTT_PORT: '0', ...environment } },
      new Date(date),
    )
    return findings.find(({ check }) => check === 'calendar')
  } finally {
    rmSync(data, { recursive: true })
  }
}

test('the doctor says of which years the holidays are not all known, until the configuration knows them', async () => {
  expect(await calendarOn('2026-11-25T00:00:00Z')).toMatchObject({ status: 'pass' })
  expect(await calendarOn('2027-01-02T00:00:00Z')).toMatchObject({
    status: 'warn',
    detail: 'of 2027 only the statutory holidays known',
  })
  expect(await calendarOn('2031-01-02T00:00:00Z')).toMatchObject({ status: 'warn', detail: 'no holidays of 2031 known' })
  expect(await calendarOn('2031-01-02T00:00:00Z', { ADIT_CALENDAR_WORK: '2031-02-01' })).toMatchObject({ status: 'pass' })
  expect(await calendarOn('2031-01-02T00:00:00Z', { ADIT_TIME_ZONE: 'Europe/Oslo' })).toBeUndefined()
})
