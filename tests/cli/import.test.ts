import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { SqliteJournalReader } from '../../ingest/journal-reader.ts'
import { LedgerStore } from '../../src/ledger/ledger-store.ts'
import { startAdit } from './run-adit.ts'

const AREAS = 'area,feeder,county,latitude,longitude,datum,radius_m\nT1,F1,Luxi,24.45,98.1,GCJ02,400\n'
const USAGE_POINTS = `usage_point,meter,area,category,latitude,longitude,status,status_since
U1,010203040506,T1,居民,,,,
U2,010203040507,T1,industrial,24.46,98.11,closed,2020-01-31
U3,010203040508,T1,spaceship,,,,
U4,010203040506,T1,public,,,,
`
const MINES =
  'mine,name,kind,county,latitude,longitude,sealing\nK1,老硐,盗采点,Luxi,24.4,98.2,被破封\nK2,新硐,policy-closed,Luxi,98.2,24.4,sealed\n'
const READINGS = `meter,start,seconds,energy_wh
010203040506,2026-03-08T00:15:00,900,512.5
010203040507,2026-03-08T00:00:00,900,
010203040507,2026-03-08T00:00:00,900,-7
`

function directoryWith(files: Readonly<Record<string, string | Buffer>>): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'adit-import-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  return (name) => join(directory, name)
}

async function adit(words: readonly string[], environment = {}) {
  return await startAdit(words, environment).ended
}

test('ledgers and readings of one command, in any order, are taken; faulty rows go beside the file; the rest counts', async () => {
  const at = directoryWith({ 'r.csv.gz': gzipSync(READINGS), 'u.csv': `\ufeff${USAGE_POINTS}`, 'a.csv': AREAS, 'm.csv': MINES })
  const { code, stdout } = await adit([
    'import',
    at('r.csv.gz'),
    at('u.csv'),
    at('m.csv'),
    at('a.csv'),
    '--data',
    at('data'),
    '--json',
  ])
  expect(code).toBe(2)
  const { files } = JSON.parse(stdout)
  expect(
    files.map(({ kind, added, taken, missing, rejected }: Record<string, unknown>) => [kind, added, taken, missing, rejected]),
  ).toEqual([
    ['areas', 1, 1, 0, 0],
    ['usage-points', 2, 2, 0, 2],
    ['mines', 1, 1, 0, 1],
    ['readings', 0, 1, 1, 1],
  ])
  const rejected = readFileSync(at('u.csv.rejected.csv'), 'utf8').split('\n')
  expect(rejected[0]).toBe('\ufeffline,column,value,reason,remedy,row')
  expect(rejected[1]).toMatch(/^4,category,spaceship,.*residential.*,"U3,010203040508,T1,spaceship,,,,"$/)
  expect(rejected[2]).toMatch(/^5,meter,010203040506,meter 010203040506 already measures usage point U1,/)
  expect(readFileSync(at('m.csv.rejected.csv'), 'utf8')).toMatch(/latitude and longitude are swapped/)
  expect(readFileSync(at('r.csv.gz.rejected.csv'), 'utf8')).toMatch(/^4,energy_wh,-7,/m)

  const ledgers = await LedgerStore.open({ database: { kind: 'embedded' }, file: join(at('data'), 'ledger.db') })
  expect((await ledgers.usagePoints(['U2'])).get('U2')).toMatchObject({
    category: 'industrial',
    status: 'closed',
    statusSince: Date.UTC(2020, 0, 30, 16) / 1000,
  })
  expect((await ledgers.load()).mines).toMatchObject([{ mine: 'K1', kind: 'dig-point', sealing: 'broken' }])
  await ledgers.close()
  const journal = new SqliteJournalReader({ path: join(at('data'), 'journal.db') })
  expect(journal.lastPosition()).toBe(1)
  journal.close()
})

test('the same import again changes nothing and is all taken once the faults are gone', async () => {
  const at = directoryWith({ 'a.csv': AREAS, 'u.csv': USAGE_POINTS })
  await adit(['import', at('a.csv'), at('u.csv'), '--data', at('data')])
  writeFileSync(at('u.csv'), USAGE_POINTS.split('\n').slice(0, 3).join('\n'))
  const { code, stdout } = await adit(['import', at('a.csv'), at('u.csv'), '--data', at('data')])
  expect(code).toBe(0)
  expect(stdout).toMatch('areas, 0 new, 0 changed, 1 unchanged, 0 rejected')
  expect(stdout).toMatch('usage-points, 0 new, 0 changed, 2 unchanged, 0 rejected')
  expect(existsSync(at('u.csv.rejected.csv'))).toBe(false)
})

test('a dry run says what would happen, readings of meters in the same command included, and leaves nothing behind', async () => {
  const at = directoryWith({ 'r.csv': READINGS, 'u.csv': USAGE_POINTS })
  const { code, stdout, stderr } = await adit(['import', at('r.csv'), at('u.csv'), '--data', at('data'), '--dry-run'])
  expect(code).toBe(2)
  expect(stdout).toMatch('usage-points, would be 2 new, 0 changed, 0 unchanged, 2 rejected')
  expect(stdout).toMatch('readings, would be 1 taken, 1 empty (missing, not zero), 1 rejected')
  expect(stderr).toMatch('line 4, energy_wh "-7"')
  expect([existsSync(at('data')), existsSync(at('u.csv.rejected.csv'))]).toEqual([false, false])
})

test('where the machine stands plays no part: times without an offset are in the configured zone', async () => {
  const outcomes = []
  for (const TZ of ['UTC', 'Asia/Shanghai', 'America/New_York']) {
    const at = directoryWith({ 'r.csv': READINGS, 'u.csv': USAGE_POINTS })
    const { stdout } = await adit(['import', at('u.csv'), at('r.csv'), '--data', at('data'), '--json'], { TZ })
    const journal = new SqliteJournalReader({ path: join(at('data'), 'journal.db') })
    for await (const { packets } of journal.readFrom(0, AbortSignal.timeout(30_000))) {
      outcomes.push([Buffer.from(packets[0].payload).toString(), stdout.replaceAll(at(''), '')])
      break
    }
    journal.close()
  }
  expect(outcomes[0][0]).toMatch(/readings-[0-9a-f]+\.adit/)
  expect(outcomes[1]).toEqual(outcomes[0])
  expect(outcomes[2]).toEqual(outcomes[0])
})

test('files of which nothing can be taken: exit 1, and for each the reason', async () => {
  const at = directoryWith({
    'odd.csv': 'a;b\n1;2\n',
    'cut.csv.gz': gzipSync(READINGS.repeat(50)).subarray(0, 60),
    'empty.csv': '',
    'bad.csv': 'meter,start,seconds,energy_wh\nM,yesterday,900,1\n',
  })
  const names = ['none.csv', 'odd.csv', 'cut.csv.gz', 'empty.csv', 'bad.csv']
  const { code, stderr } = await adit(['import', ...names.map(at), '--data', at('data')])
  expect(stderr).toMatch(/none\.csv: there is no such file/)
  expect(stderr).toMatch(/odd\.csv: the header .* is of no known kind; as \S+ it lacks/)
  expect(stderr).toMatch(/cut\.csv\.gz: unexpected end of file/)
  expect(stderr).toMatch(/empty\.csv: the file is empty/)
  expect(stderr).toMatch(/line 2, start "yesterday"/)
  expect(code).toBe(1)
})

test('wrong use names the option and shows the right one', async () => {
  const kind = await adit(['import', 'x.csv', '--kind', 'foo'])
  expect([kind.code, kind.stderr]).toEqual([
    64,
    expect.stringMatching(
      /--kind <KIND>[\s\S]*usage-points, areas, mines, lawful-uses, readings, events[\s\S]*Right: adit import/,
    ),
  ])
})

test('a decoder’s dry run tells the readings of each payload, or the reason', async () => {
  const good = '{"start":"2026-11-24T00:00:00+08:00","seconds":900,"readings":[["010203040506",512.5]]}'
  const at = directoryWith({ 'one.json': good, 'two.ndjson': `${good}\n${good.replace('512.5', '-1')}\n` })
  const one = await adit(['decode', at('one.json'), '--json'])
  expect(one.code).toBe(0)
  expect(JSON.parse(one.stdout)).toMatchObject([
    {
      payload: 1,
      format: 'canonical-readings',
      readings: [{ meter: '010203040506', start: '2026-11-23T16:00:00Z', energyWh: 512.5 }],
      error: null,
    },
  ])
  const two = await adit(['decode', at('two.ndjson')])
  expect(two.code).toBe(2)
  expect(two.stdout).toMatch('010203040506  2026-11-23T16:00:00Z  900 s  512.5 Wh')
  expect(two.stderr).toMatch(/payload 2 .*\$\.readings\[0\]\[1\][\s\S]*remedy:/)
  expect((await adit(['decode', at('one.json'), '--format', 'nope'])).code).toBe(64)
})
