import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { DetectorsConfig } from '../../detectors/detectors-config.ts'
import { makeWorld } from '../../fixtures/simulator/world.ts'
import { writeWorld } from '../../fixtures/simulator/world-files.ts'
import { Alert } from '../../model/alert.ts'
import { runAdit, startAdit } from './run-adit.ts'

const Summary = z.object({ pending: z.int() })
const Gateways = z.object({ items: z.array(z.object({ gateway: z.string(), book: z.object({ received: z.int() }) })) })
const Side = z.object({
  alerts: z.int(),
  per1000PointMonths: z.number(),
  byRoute: z.record(z.string(), z.int()),
  inspectionLoad: z.object({ weeks: z.int(), medianListed: z.number(), mostListed: z.int(), weeklyBudget: z.int() }),
  findings: z.record(z.string(), z.number().nullable()).nullable(),
})
const Difference = z.object({
  change: z.enum(['gained', 'lost', 'moved']),
  a: Alert.nullable(),
  b: Alert.nullable(),
  laterDays: z.number().optional(),
})
const Report = z.object({
  learnedFrom: z.string(),
  readings: z.int(),
  pointMonths: z.number(),
  findingsBefore: z.int(),
  configurations: z.tuple([Side, Side]),
  gained: z.int(),
  lost: z.int(),
  moved: z.int(),
  differences: z.array(Difference),
})

let directory: string
let rows: number
let detected: Alert[]
const at = (name: string) => join(directory, name)
const backtest = (a: string, b: string, ...more: string[]) =>
  runAdit('backtest', '--config', at(a), '--config', at(b), '--data', at('data'), '--events', at('events.csv'), ...more)
const reportOf = async (a: string, b: string, ...more: string[]) => {
  const { code, stdout, stderr } = await backtest(a, b, '--json', ...more)
  expect(code, stderr).toBe(0)
  return Report.parse(JSON.parse(stdout))
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'adit-backtest-'))
  const world = makeWorld({ seed: 'same', areas: 4, usersPerArea: 30, days: 55, startDate: '2026-07-01', seconds: 900, sites: 8 })
  rows = await writeWorld(world, directory, true)
  writeFileSync(at('live.yaml'), '')
  writeFileSync(at('deaf.yaml'), 'detectors: { horizonMeters: 1 }\n')
  // the default, in so many words
  writeFileSync(at('low.yaml'), `detectors: { raiseAt: ${DetectorsConfig.parse({}).raiseAt} }\n`)
  writeFileSync(at('high.yaml'), 'detectors: { raiseAt: 0.9, weeklyBudget: 2 }\n')
  const ledgers = ['usage-points', 'areas', 'mines', 'lawful-uses']
  const judged = await runAdit(
    'detect',
    ...ledgers.flatMap((name) => [`--${name}`, at(`${name}.csv`)]),
    ...[
      '--events',
      at('events.csv'),
      '--readings',
      at('readings.csv.gz'),
      '--config',
      at('live.yaml'),
      '--out',
      at('alerts.ndjson'),
    ],
  )
  expect(judged.code, judged.stderr).toBe(0)
  detected = readFileSync(at('alerts.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Alert.parse(JSON.parse(line)))

  const files = [...ledgers.map((name) => at(`${name}.csv`)), at('readings.csv.gz')]
  const imported = await runAdit('import', ...files, '--data', at('data'))
  expect(imported.code, imported.stderr).toBe(0)
  // taken, but in no store yet
  const early = await backtest('live.yaml', 'live.yaml')
  expect(early.code).toBe(1)
  expect(early.stderr).toMatch(/packets are not stored yet[\s\S]*there are no readings[\s\S]*adit serve/)

  const service = startAdit(['serve', '--data', at('data'), '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
  const address = /http:\/\/\S+/.exec(await service.firstLine)?.[0]
  const get = async (path: string): Promise<unknown> => await (await fetch(`${address}${path}`)).json()
  const received = async () =>
    Gateways.parse(await get('/api/v1/gateways')).items.find(({ gateway }) => gateway === '$import')?.book.received
  while ((await received()) !== rows || Summary.parse(await get('/api/v1/summary')).pending > 0) await pause(100)
  service.process.kill('SIGTERM')
  expect((await service.ended).code).toBe(0)
}, 180_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('the configuration that runs gives the alerts that adit detect finds in the same files, and none is gained, lost or moved', async () => {
  const report = await reportOf('live.yaml', 'low.yaml')
  expect(report).toMatchObject({ gained: 0, lost: 0, moved: 0, differences: [] })
  expect(report.configurations[0]).toEqual(report.configurations[1])
  expect(report.configurations[0].alerts).toBe(detected.length)
  expect(report.configurations[0].per1000PointMonths).toBeCloseTo((1000 * detected.length) / report.pointMonths, 9)

  // A configuration that raises nothing loses every alert of the first: all of them, whole, and as detect has them.
  const all = await reportOf('live.yaml', 'deaf.yaml', '--out', at('lost.ndjson'))
  expect(all.lost).toBe(detected.length)
  const lost = readFileSync(at('lost.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Difference.parse(JSON.parse(line)).a)
  const inOrder = (alerts: readonly (Alert | null)[]) => alerts.toSorted((a, b) => ((a?.id ?? '') < (b?.id ?? '') ? -1 : 1))
  expect(inOrder(lost)).toEqual(inOrder(detected))
})

test('a higher threshold loses alerts and gains none; the other way round they are gained', async () => {
  const { configurations, gained, lost, moved, differences } = await reportOf('low.yaml', 'high.yaml')
  expect(gained).toBe(0)
  expect(lost).toBeGreaterThan(0)
  expect(configurations[1].alerts).toBe(configurations[0].alerts - lost)
  expect(configurations[1].inspectionLoad.weeklyBudget).toBe(2)
  const waits = differences.filter(({ change }) => change === 'moved')
  expect(waits).toHaveLength(moved)
  for (const { laterDays } of waits) expect(laterDays).toBeGreaterThan(0)
  const back = await reportOf('high.yaml', 'low.yaml')
  expect([back.gained, back.lost, back.moved]).toEqual([lost, 0, moved])
})

test('from and to bound what counts; what is usual is still learnt from the days before', async () => {
  const [first, second] = ['2026-07-28', '2026-08-14']
  const inside = detected.filter(
    ({ raisedAt }) => Date.parse(raisedAt) >= Date.parse(`${first}T00:00:00+08:00`) && raisedAt < `${second}T00:00:00+08:00`,
  )
  expect(inside.length).toBeGreaterThan(0)
  expect(inside.length).toBeLessThan(detected.length)
  const report = await reportOf('live.yaml', 'deaf.yaml', '--from', first, '--to', `${second}T00:00:00+08:00`)
  expect(report.learnedFrom < '2026-07-02').toBe(true)
  expect(report.differences.map(({ a }) => a?.id).sort()).toEqual(inside.map(({ id }) => id).sort())
  expect(report.readings).toBeLessThan(rows)
  const nothing = await backtest('live.yaml', 'low.yaml', '--from', '2027-01-01')
  expect([nothing.code, nothing.stdout]).toEqual([1, ''])
  expect(nothing.stderr).toMatch(/no readings of known usage points/)
})

test('findings of inspections are set against both: found in time with what lead, and who was suspected wrongly', async () => {
  const day = (instant: string, days: number) => new Date(Date.parse(instant) + days * 86_400_000).toISOString()
  const of = (kind: Alert['subject']['kind']) => detected.filter(({ subject }) => subject.kind === kind)
  const [point, other] = of('usage-point')
  const points = readFileSync(at('usage-points.csv'), 'utf8').trim().split('\n').slice(1)
  const quiet = points.map((line) => line.split(',')[0]).find((id) => !detected.some(({ subject }) => subject.id === id))
  writeFileSync(
    at('findings.csv'),
    `subject,found_at,result,kind
${point.subject.id},${day(point.raisedAt, 6)},confirmed,
${quiet},2026-08-20,confirmed,usage-point
${other.subject.id},${day(other.raisedAt, -1)},confirmed,usage-point
${other.subject.id},${day(other.raisedAt, 3)},innocent,usage-point
${quiet},2026-08-20,nothing-found,
${quiet},2025-08-20,nothing-found,
`,
  )
  const report = await reportOf('live.yaml', 'deaf.yaml', '--findings', at('findings.csv'))
  expect(report.findingsBefore).toBe(1)
  const [live, deaf] = report.configurations
  const last = Math.max(
    ...detected.filter(({ subject }) => subject.id === point.subject.id).map(({ raisedAt }) => Date.parse(raisedAt)),
  )
  expect(last).toBe(Date.parse(point.raisedAt))
  const counts = { confirmed: 3, innocent: 1, nothingFound: 1, nothingFoundAlerted: 0 }
  expect(live.findings).toEqual({ ...counts, confirmedAlerted: 1, medianLeadDays: 6, innocentAlerted: 1 })
  expect(deaf.findings).toEqual({ ...counts, confirmedAlerted: 0, medianLeadDays: null, innocentAlerted: 0 })
  const text = await backtest('live.yaml', 'deaf.yaml', '--findings', at('findings.csv'))
  expect(text.stdout).toMatch(/confirmed, alerted before +1 of 3 +0 of 3/)
  expect(text.stdout).toMatch(/gained 0, lost \d+, moved 0/)

  writeFileSync(at('wrong.csv'), `subject,found_at,result\n${point.subject.id},2026-08-20,guilty\nnobody,2026-08-20,confirmed\n`)
  const wrong = await backtest('live.yaml', 'deaf.yaml', '--findings', at('wrong.csv'))
  expect([wrong.code, wrong.stdout]).toEqual([1, ''])
  expect(wrong.stderr).toMatch(/line 2, result "guilty"[\s\S]*use one of confirmed, innocent, nothing-found/)
  expect(wrong.stderr).toMatch(/line 3, subject "nobody"[\s\S]*no ledger knows/)
})

test('the table shows the first differences of each kind, and says that other parts of the configuration play no part', async () => {
  writeFileSync(at('other.yaml'), 'http: { port: 9 }\ndetectors: { horizonMeters: 1 }\n')
  const { code, stdout, stderr } = await backtest('low.yaml', 'other.yaml')
  expect(code).toBe(0)
  expect(stderr).toMatch(/also differ in http: the first one's is used/)
  expect(stdout).toMatch(/alerts +\d+ +0/)
  expect(stdout).toMatch(/lost:\n {2}\S+/)
  expect(stdout.split('\n').filter((line) => line.includes('raised ')).length).toBe(Math.min(20, detected.length))
})

test('an event of a meter that no ledger knows is told, the rest is done', async () => {
  writeFileSync(at('odd.csv'), 'meter,at,code\n999999,2026-07-09T10:00:00,meter-cover-opened\n')
  const { code, stdout, stderr } = await backtest('live.yaml', 'low.yaml', '--events', at('odd.csv'))
  expect(code).toBe(2)
  expect(stderr).toMatch(/line 2, meter "999999": no ledger knows the meter/)
  expect(stdout).toMatch(/gained 0, lost 0, moved 0/)
})

test.each([
  [[], /option '--config <FILE>' is needed twice[\s\S]*given 0 times[\s\S]*Right: adit backtest --config A --config B/],
  [['--config', 'a'], /given 1 times/],
  [['--config', 'a', '--config', 'b', '--config', 'c'], /given 3 times/],
])('%j is wrong usage', async (words, expected) => {
  const { code, stdout, stderr } = await runAdit('backtest', ...words)
  expect(stderr).toMatch(expected)
  expect([code, stdout]).toEqual([64, ''])
})

test('times that are none or in the wrong order, and places that are not there, name their option', async () => {
  const none = await backtest('live.yaml', 'low.yaml', '--from', 'yesterday')
  expect([none.code, none.stderr]).toEqual([64, expect.stringMatching(/--from yesterday: .*ISO 8601[\s\S]*Right: adit backtest/)])
  const turned = await backtest('live.yaml', 'low.yaml', '--from', '2026-08-01', '--to', '2026-07-01')
  expect([turned.code, turned.stderr]).toEqual([64, expect.stringMatching(/--from 2026-08-01 is not before --to 2026-07-01/)])
  const shut = await backtest('live.yaml', 'low.yaml', '--out', join(at('nowhere'), 'out.ndjson'))
  expect([shut.code, shut.stderr]).toEqual([1, expect.stringMatching(/--out \S+ cannot be written/)])
  const nowhere = await runAdit('backtest', '--config', at('low.yaml'), '--config', at('low.yaml'), '--data', at('nowhere'))
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringMatching(/nowhere holds no ledgers: .*--data/)])
})
