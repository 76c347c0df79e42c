import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { CalibrationConfig, chanceOf } from '../../detectors/calibration.ts'
import { SHIPPED_CALIBRATION } from '../../detectors/shipped-calibration.ts'
import type { Alert } from '../../model/alert.ts'
import { AlertStore } from '../../src/alerts/alert-store.ts'
import { calibrate } from '../../src/calibrate.ts'
import { sampleAlert } from '../alerts/sample-alert.ts'
import { runAdit } from './run-adit.ts'
import { seedLedger } from './seed-ledger.ts'

const Reliability = z.object({ error: z.number(), bins: z.array(z.object({ stated: z.number(), achieved: z.number() })) })
const Report = z.object({
  findings: z.int(),
  used: z.record(z.string(), z.int()),
  withoutAlert: z.int(),
  tips: z.int(),
  innocentKinds: z.record(z.string(), z.int()),
  listed: z.object({ alerts: z.int(), inspected: z.int() }),
  below: z.object({ alerts: z.int(), inspected: z.int() }),
  worth: z.number(),
  priorFindings: z.int(),
  before: Reliability,
  after: Reliability.nullable(),
  calibration: CalibrationConfig,
})

function scratch() {
  const directory = mkdtempSync(join(tmpdir(), 'adit-calibrate-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return (name: string) => join(directory, name)
}

/** An alert whose evidence adds up to `logOdds`, stated as the shipped calibration does. */
function alertOf(id: string, logOdds: number, change: Partial<Alert> = {}): Alert {
  const base = sampleAlert(id, 0, change)
  const probability = Math.round(1000 * chanceOf(SHIPPED_CALIBRATION.load, logOdds)) / 1000
  const raised = { revision: 0, at: base.raisedAt, change: 'raised' as const, probability, cause: { zh: '', en: '' } }
  return { ...base, probability, logOdds, calibration: SHIPPED_CALIBRATION.version, history: [raised], ...change }
}

const linesOf = (alerts: readonly Alert[]) => alerts.map((alert) => `${JSON.stringify(alert)}\n`).join('')
const FOUND = '2026-11-10T10:00:00+08:00'
const FINDING = { foundAt: Date.parse(FOUND) / 1000, innocentKind: null, chosen: 'rank' as const }

async function calibrateFiles(alerts: readonly Alert[], findings: readonly string[], ...more: string[]) {
  const at = scratch()
  writeFileSync(at('alerts.ndjson'), linesOf(alerts))
  writeFileSync(at('findings.csv'), `subject,found_at,result,innocent_kind,chosen\n${findings.join('\n')}\n`)
  const ended = await runAdit(
    'calibrate',
    ...['--findings', at('findings.csv'), '--alerts', at('alerts.ndjson'), '--json', '--out', at('calibration.json')],
    ...more,
  )
  expect(ended.code, ended.stderr).toBe(0)
  return { at, report: Report.parse(JSON.parse(ended.stdout)), stderr: ended.stderr }
}

test('where inspections keep finding less than was stated, the chances fall, what was not inspected apart stays as shipped', async () => {
  const alerts = Array.from({ length: 60 }, (_, i) => alertOf(`a${i}`, 2))
  const findings = alerts.map(({ subject }, i) =>
    i % 3 === 0 ? `${subject.id},${FOUND},属实,,清单` : `${subject.id},${FOUND},innocent,${i % 2 ? 'tea-dryer' : 'kiln'},rank`,
  )
  const { report, at, stderr } = await calibrateFiles(alerts, findings)
  expect(report.used).toEqual({ confirmed: 20, innocent: 40, 'nothing-found': 0 })
  expect(report.innocentKinds).toEqual({ kiln: 20, 'tea-dryer': 20 })
  const { calibration } = report
  const stated = chanceOf(SHIPPED_CALIBRATION.load, 2)
  expect(stated).toBeGreaterThan(0.75)
  expect(chanceOf(calibration.load, 2)).toBeLessThan(0.65)
  expect(chanceOf(calibration.load, 2)).toBeGreaterThan(0.33)
  expect([calibration.remainder, calibration.meter]).toEqual([SHIPPED_CALIBRATION.remainder, SHIPPED_CALIBRATION.meter])
  expect(calibration.spread).toBeLessThanOrEqual(SHIPPED_CALIBRATION.spread)
  // counties that differ: one that was inspected is known better
  const shipped = { ...SHIPPED_CALIBRATION, spread: 0.67 }
  const found = alerts.map(({ subject }, i) => ({
    ...FINDING,
    subject,
    result: i % 3 === 0 ? ('confirmed' as const) : ('innocent' as const),
  }))
  expect(calibrate({ findings: found, alerts, current: shipped, shipped })?.calibration.spread).toBeLessThan(0.67)
  expect(calibration.version).toMatch(/^findings-2026-11-10-60-[0-9a-f]{6}$/)
  expect(report.after?.error).toBeLessThan(report.before.error)
  expect(JSON.parse(readFileSync(at('calibration.json'), 'utf8'))).toEqual(calibration)
  expect(stderr).toMatch(/calibrationFile: .*calibration\.json/)
})

test('a handful of findings moves the chances little', async () => {
  const alerts = Array.from({ length: 3 }, (_, i) => alertOf(`a${i}`, 2))
  const { report } = await calibrateFiles(
    alerts,
    alerts.map(({ subject }) => `${subject.id},${FOUND},innocent,,rank`),
  )
  const moved = chanceOf(SHIPPED_CALIBRATION.load, 2) - chanceOf(report.calibration.load, 2)
  expect(moved).toBeGreaterThan(0)
  expect(moved).toBeLessThan(0.12)
})

test('nothing found speaks against less than an innocent load, and least when the load had stopped before the visit', async () => {
  const chanceAfter = async (result: string, clearedAt: string | null) => {
    const alerts = Array.from({ length: 12 }, (_, i) => alertOf(`a${i}`, 2, { clearedAt }))
    const { report } = await calibrateFiles(
      alerts,
      alerts.map(({ subject }) => `${subject.id},${FOUND},${result},,`),
    )
    return chanceOf(report.calibration.load, 2)
  }
  const innocent = await chanceAfter('innocent', null)
  const nothing = await chanceAfter('未发现', null)
  const gone = await chanceAfter('nothing-found', '2026-11-08T04:00:00Z')
  expect(innocent).toBeLessThan(nothing)
  expect(nothing).toBeLessThan(gone)
  expect(gone).toBeLessThan(chanceOf(SHIPPED_CALIBRATION.load, 2))
})

test('the few inspections by lot stand for the many alerts below the line, and a tip is left out', async () => {
  const listed = Array.from({ length: 20 }, (_, i) => alertOf(`l${i}`, 3))
  const below = Array.from({ length: 80 }, (_, i) => alertOf(`b${i}`, -0.5, { rank: null, listedBy: i < 4 ? 'random' : null }))
  const findings = [
    ...listed.map(({ subject }) => `${subject.id},${FOUND},confirmed,,rank`),
    ...below.slice(0, 4).map(({ subject }) => `${subject.id},${FOUND},confirmed,,random`),
    `${below[50]?.subject.id},${FOUND},confirmed,,tip`,
    `P-nobody,${FOUND},innocent,,rank`,
  ]
  const { report } = await calibrateFiles([...listed, ...below], findings)
  expect(report).toMatchObject({
    tips: 1,
    withoutAlert: 1,
    listed: { alerts: 20, inspected: 20 },
    below: { alerts: 80, inspected: 4 },
  })
  // 24 findings of which four weigh nineteen times as much as one of the others are worth few
  expect(report.worth).toBeLessThan(12)
  // most of that weight lies at −0.5: of the bins before, the low one weighs more
  const unweighted = await calibrateFiles(
    [...listed, ...below].map((alert) => ({ ...alert, listedBy: 'rank' as const })),
    findings,
  )
  expect(unweighted.report.worth).toBe(24)
  expect(report.before.error).toBeGreaterThan(unweighted.report.before.error)
})

test('what is judged is what was known when they went, not what the readings showed afterwards', async () => {
  const alerts = Array.from({ length: 20 }, (_, i) => {
    const alert = alertOf(`a${i}`, 2)
    const [raised] = alert.history
    if (raised === undefined) throw new Error('the sample has no history')
    const later = { ...raised, revision: 1, at: '2026-11-20T04:00:00Z', change: 'lowered' as const, probability: 0.1 }
    return { ...alert, logOdds: -2, probability: 0.1, history: [raised, later] }
  })
  const { report } = await calibrateFiles(
    alerts,
    alerts.map(({ subject }) => `${subject.id},${FOUND},confirmed,,rank`),
  )
  expect(report.before.bins.map(({ stated }) => stated)).toEqual([expect.closeTo(chanceOf(SHIPPED_CALIBRATION.load, 2), 2)])
})

test('imported findings are kept, corrected by a later import, and fitted on the service’s alerts; the result is taken by the configuration', async () => {
  const at = scratch()
  const data = at('data')
  seedLedger(data, 4)
  const ledger = await runAdit('import', at('none.csv'), '--data', data)
  expect(ledger.code).toBe(1)
  const store = await AlertStore.open({
    database: { kind: 'embedded' },
    file: join(data, 'alerts.db'),
    journal: () => 'ours',
    placesOf: async (subjects) => subjects.map(() => ({ area: null, county: null })),
  })
  await store.raise([alertOf('a', 2, { subject: { kind: 'area', id: 'A1' }, route: 'tapped' })], 1)
  await store.close()

  const none = await runAdit('calibrate', '--data', data)
  expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/holds no findings: adit import/)])

  writeFileSync(
    at('findings.csv'),
    `subject,found_at,result,innocent_kind,chosen\nA1,${FOUND},nothing-found,,清单\nA1,${FOUND},guilty,,\nnobody,${FOUND},confirmed,,\nA1,,confirmed,,\nA1,${FOUND},confirmed,kiln,\n`,
  )
  const dry = await runAdit('import', at('findings.csv'), '--data', data, '--dry-run')
  expect([dry.code, dry.stdout]).toEqual([
    2,
    expect.stringMatching(/findings, would be 1 new, 0 changed, 0 unchanged, 4 rejected/),
  ])
  const imported = await runAdit('import', at('findings.csv'), '--data', data)
  expect([imported.code, imported.stdout]).toEqual([
    2,
    expect.stringMatching(/findings, 1 new, 0 changed, 0 unchanged, 4 rejected/),
  ])
  const rejected = readFileSync(at('findings.csv.rejected.csv'), 'utf8')
  for (const line of [
    /^3,result,guilty,.*use one of/m,
    /^4,subject,nobody,no ledger knows/m,
    /^5,found_at,,/m,
    /^6,innocent_kind,kiln,/m,
  ]) {
    expect(rejected).toMatch(line)
  }
  writeFileSync(at('findings.csv'), `subject,found_at,result,kind\nA1,${FOUND},confirmed,area\n`)
  const corrected = await runAdit('import', '--kind', 'findings', at('findings.csv'), '--data', data)
  expect([corrected.code, corrected.stdout]).toEqual([0, expect.stringMatching(/0 new, 1 changed, 0 unchanged, 0 rejected/)])

  const first = await runAdit('calibrate', '--data', data, '--out', at('calibration.json'))
  expect(first.code, first.stderr).toBe(0)
  expect(first.stdout).toMatch(/1 findings: 1 confirmed, 0 innocent, 0 nothing found/)
  expect(first.stdout).toMatch(/inspected 1 of 1 listed by rank and 0 of 0 below/)
  expect(first.stdout).toMatch(/beside a prior worth 60 for each matter/)
  expect(first.stdout).toMatch(/No inspection below the line/)

  writeFileSync(at('adit.yaml'), `detectors: { calibrationFile: ${at('calibration.json')} }\n`)
  const again = await runAdit('calibrate', '--data', data, '--config', at('adit.yaml'), '--json')
  const taken = Report.parse(JSON.parse(again.stdout))
  const written = CalibrationConfig.parse(JSON.parse(readFileSync(at('calibration.json'), 'utf8')))
  // fitted around what was shipped, not around itself: the same findings twice give the same
  expect(taken.calibration).toEqual(written)
  expect(taken.before.bins[0]?.stated).toBeCloseTo(chanceOf(written.remainder, 2), 6)
})

test('what cannot be calibrated says why and what to do', async () => {
  const at = scratch()
  const nowhere = await runAdit('calibrate', '--data', at('nowhere'))
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringMatching(/nowhere holds no alerts: .*--data/)])
  expect(existsSync(at('nowhere'))).toBe(false)
  const missing = await runAdit('calibrate', '--findings', at('none.csv'))
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/no such file: .*none\.csv/)])

  mkdirSync(at('data'))
  writeFileSync(at('alerts.ndjson'), `${linesOf([alertOf('a', 1)])}{"id":"old"}\n`)
  writeFileSync(at('findings.csv'), `subject,found_at,result\nP-b,${FOUND},confirmed\n`)
  const files = ['--findings', at('findings.csv'), '--alerts', at('alerts.ndjson')]
  const old = await runAdit('calibrate', ...files)
  expect([old.code, old.stderr]).toEqual([1, expect.stringMatching(/alerts\.ndjson, line 2: no alert \(subject, .*adit detect/)])
  writeFileSync(at('alerts.ndjson'), linesOf([alertOf('a', 1)]))
  const unmatched = await runAdit('calibrate', ...files)
  expect([unmatched.code, unmatched.stderr]).toEqual([1, expect.stringMatching(/none of 1 findings is of one of 1 alerts/)])
  const option = await runAdit('calibrate', '--finding', 'x')
  expect([option.code, option.stderr]).toEqual([64, expect.stringMatching(/--findings/)])
})
