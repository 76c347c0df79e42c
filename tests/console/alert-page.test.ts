import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireServer } from '../servers/require-server.ts'
import { type Bench, BROWSER_TESTS, startBench, waitForPictures } from './browser.ts'
import { fixtureAlert, fixtureDoubts } from './fixture-county.ts'
import { TOKEN } from './fixture-service.ts'

const ALERT = `/alerts/${fixtureAlert(0).id}`

describe.runIf(requireServer('chromium'))('the alert page in a browser', BROWSER_TESTS, () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  }, BROWSER_TESTS.timeout)
  afterAll(() => bench?.close())

  test('says what, shows it in three pictures, and lays evidence, counter-evidence and revisions beside them', async () => {
    const { page, errors, close } = await bench.open(ALERT, { webgl: true })
    await waitForPictures(page)
    const sentence = await page.getByTestId('sentence').textContent()
    for (const part of ['03-31 22:15', '38.5 kW', '11 天中有 11 天夜间', '河西金矿 3 号硐 0.4 km', '合理解释']) {
      expect(sentence).toContain(part)
    }
    expect(await page.getByTestId('facts').textContent()).toContain('约 9 条查实')
    const curve = await page.locator('.curve').getAttribute('aria-label')
    expect(curve).toMatch(/起始前平均 [23](\.\d+)? kW,起始后平均 1\d(\.\d+)? kW,最大 4\d(\.\d+)? kW/)
    await page.getByText('基线带 P10–P90(起始前至多 60 天同类日,本页计算)').waitFor()
    await page.getByText('夜间(按当地日落日出)').waitFor()
    await page.getByText('建议在这时段核查').waitFor()
    expect(await page.locator('svg.heat').getAttribute('aria-label')).toContain('22:00–06:00')
    expect(await page.getByTestId('map').textContent()).toContain('可达范围 ≈ 840 m')
    expect(await page.getByTestId('evidence').textContent()).toContain('94/100')
    const counter = await page.getByTestId('counter-evidence').textContent()
    for (const part of ['旱季抽水灌溉', '约 12 %', '不支持', '未检查']) expect(counter).toContain(part)
    expect(await page.getByTestId('history').textContent()).toContain('加强')
    expect(errors).toEqual([])
    await close()
  })

  test('what is missing is told as missing, in the curve, in the heat map and in their tables', async () => {
    const { page, close } = await bench.open(ALERT)
    await waitForPictures(page)
    expect(await page.locator('.curve').getAttribute('aria-label')).toContain('1 处缺数')
    await page.getByText('缺 7 小时').waitFor()
    await page.getByText('用表格看(逐日)').click()
    expect(await page.locator('tr', { hasText: '04-06' }).first().textContent()).toMatch(/7$/)
    expect(await page.locator('svg.heat .heat-missing').count()).toBeGreaterThanOrEqual(7)
    await page.getByText('用表格看(kW)').click()
    expect(
      await page.getByRole('region', { name: '用表格看(kW)' }).getByRole('cell', { name: '缺' }).count(),
    ).toBeGreaterThanOrEqual(7)
    await close()
  })

  test('the nearest mine says from which power on it would be seen, and what cannot be judged', async () => {
    const { page, errors, close } = await bench.open(ALERT)
    const panel = page.getByTestId('visibility')
    await panel.getByText('河西金矿 3 号硐 的可观测性').waitFor()
    const text = await panel.locator('table').first().textContent()
    for (const part of ['过表用电超过 3.24 kW 必见', '绕表用电不可判:既不算可见,也不算排除']) expect(text).toContain(part)
    await panel.getByText('依据与可达供电 2 处').click()
    await panel.getByText('无总表,不可判:绕表用电看不到').waitFor()
    expect(await panel.textContent()).not.toContain(fixtureAlert(0).subject.id)
    const file = page.waitForEvent('download')
    await panel.getByRole('link', { name: '全部矿点的可观测性台账' }).click()
    expect((await file).suggestedFilename()).toBe('observability.csv')
    expect(errors).toEqual([])
    await close()
  })

  test('an area lists the meters whose booking or multiplier is in doubt, with what to check, and no account in full', async () => {
    const { page, errors, close } = await bench.open(`/alerts/${fixtureAlert(2).id}`)
    const panel = page.getByTestId('topology')
    await panel.getByRole('heading', { name: '户变关系存疑' }).waitFor()
    const [wrongArea, multiplier, ...others] = await panel.locator('li').allTextContents()
    expect(others).toEqual([])
    for (const part of ['平均 1.82 kW', '判出 2026-03-12', '档案台区 LH-03', '疑由其供电 LH-04', '沿进户线']) {
      expect(wrongArea).toContain(part)
    }
    for (const part of ['疑倍率有误', '平均 14.2 kW', '计量为应有的 2 倍', '互感器变比铭牌']) expect(multiplier).toContain(part)
    const text = await panel.textContent()
    for (const { usagePoint, meter } of fixtureDoubts()) for (const id of [usagePoint, meter]) expect(text).not.toContain(id)
    expect(await page.getByTestId('counter-evidence').textContent()).not.toContain('台区户变关系有误')
    const file = page.waitForEvent('download')
    await panel.getByRole('link', { name: '全部户变存疑(CSV)' }).click()
    expect((await file).suggestedFilename()).toBe('topology-doubts.csv')
    expect(errors).toEqual([])
    await close()
  })

  test('a meter that is in doubt itself says so, and a meter beside one says nothing', async () => {
    const doubtful = await bench.open(`/alerts/${fixtureAlert(1).id}`, { language: 'en-GB' })
    const panel = doubtful.page.getByTestId('topology')
    await panel.getByRole('heading', { name: 'Doubtful topology' }).waitFor()
    expect(await panel.locator('li').count()).toBe(1)
    await doubtful.close()
    const beside = await bench.open(`/alerts/${fixtureAlert(9).id}`)
    await beside.page.getByText('户变关系有误').waitFor()
    await waitForPictures(beside.page)
    expect(await beside.page.getByTestId('topology').count()).toBe(0)
    await beside.close()
  })

  test('the account stays masked until someone asks for it', async () => {
    const { page, close } = await bench.open(ALERT)
    await page.getByRole('heading', { name: /0531…0000/ }).waitFor()
    await page.getByRole('button', { name: '显示完整编号' }).click()
    await page.getByRole('heading', { name: /05310000100000/ }).waitFor()
    await close()
  })

  test('a revision from the feed changes the open page without a reload', async () => {
    const { page, service, close } = await bench.open(ALERT)
    await page.getByTestId('facts').getByText('38.5 kW').waitFor()
    service.tell('alert.revised', fixtureAlert(0, { revision: 2, powerW: 21_300 }))
    await page.getByTestId('facts').getByText('21.3 kW').waitFor()
    await close()
  })

  test('the signatures that matched lie over the curve, with what agreed, what did not and what was not measured', async () => {
    const { page, errors, close } = await bench.open(ALERT)
    await waitForPictures(page)
    const panel = page.getByTestId('signatures')
    const rows = await panel.locator('table').first().locator('tbody tr').allTextContents()
    expect(rows).toContain('功率38.1 kW6–136 kW✓ 符合')
    expect(rows).toContain('运行时波动11–14 %0–8 %✗ 不符')
    expect(rows).toContain('功率因数未测0.75–0.87? 未知')
    for (const part of ['确定 0 夜,可能 9 夜', '04-01 22:15 – 04-02 06:00', '吻合度 21–83', 'mill-block,第 1 版,特征库 1']) {
      expect(await panel.textContent()).toContain(part)
    }
    await page.locator('.legend').first().getByText('匹配:球磨机夜班').waitFor()
    const blue = await page.locator('.curve canvas').evaluate(coloured, '#1f5fa8')
    expect(blue).toBeGreaterThan(9 * 20 * 10)
    await page.getByRole('button', { name: '到最符合处' }).click()
    await page.locator('.curve[aria-label*="03-29"]').waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('a load that has none of the known shapes says so', async () => {
    const { page, close } = await bench.open(`/alerts/${fixtureAlert(1).id}`, { language: 'en-GB' })
    await page.getByTestId('signatures').getByText('The load has none of the known shapes.').waitFor()
    await waitForPictures(page)
    expect(await page.locator('.curve canvas').evaluate(coloured, '#1f5fa8')).toBe(0)
    await close()
  })

  test('a tapped area shows its residual with the error of the balance', async () => {
    const { page, close } = await bench.open(`/alerts/${fixtureAlert(2).id}`, { language: 'en-GB' })
    await page.getByRole('heading', { name: /unexplained residual/ }).waitFor()
    await waitForPictures(page)
    await page.getByText('usual balance ± its error (two spreads before the onset').waitFor()
    await page.getByText(', 0 estimated').waitFor()
    await close()
  })

  test('without WebGL2 the map is a drawing of the same', async () => {
    const { page, close } = await bench.open(ALERT)
    await page.getByText('此机没有 WebGL2').waitFor()
    expect(await page.locator('.svg-map svg').getAttribute('aria-label')).toContain('地图')
    expect(await page.locator('.svg-map .circle-reach').count()).toBe(1)
    await close()
  })

  test('an alert that is not there says so and offers to try again', async () => {
    const { page, close } = await bench.open('/alerts/A-none')
    await page.getByRole('alert').getByText('服务中没有这一项').waitFor()
    await page.getByRole('button', { name: '重试' }).waitFor()
    await close()
  })

  test('the map page finds a mine by its list and says what is known of it', async () => {
    const { page, close } = await bench.open('/map')
    await page.getByRole('searchbox').fill('芒东旧矿')
    await page.locator('.site-row').first().click()
    const card = page.getByTestId('site-card')
    await card.getByText('盗采点').waitFor()
    expect(await card.textContent()).toContain('被破封')
    await close()
  })

  test('the map says of an area how many of its meters are in doubt', async () => {
    const { page, close } = await bench.open('/map')
    await page.getByRole('searchbox').fill('LH-03')
    await page.locator('.site-row').first().click()
    await page.getByTestId('site-card').getByText('户变关系存疑 2 块表').waitFor()
    await close()
  })

  test('a book that does not balance is told with by how much', async () => {
    const { page, close } = await bench.open('/gateways', {}, { book: { stored: 1_198_000 } })
    await page.getByTestId('books').getByText('✗ 差 20').waitFor()
    await page.getByTestId('books').getByText('✓ 平').waitFor()
    await close()
  })

  test('a refused payload shows its reason, remedy and raw text, and goes back in with a token', async () => {
    const { page, service, close } = await bench.open('/gateways')
    const item = page.getByTestId('quarantine').locator('li').first()
    await item.getByText('电量不是数字').waitFor()
    await item.getByText('用小数点').waitFor()
    await item.getByText('原文').click()
    await item.getByText('"41,6"]]').waitFor()
    const token = (text: string) => page.getByLabel('重放会改变数据').fill(text)
    const keep = () => page.locator('form', { hasText: '重放会改变数据' }).getByRole('button', { name: '记住' }).click()
    await token('wrong')
    await keep()
    await item.getByRole('button', { name: '重放' }).click()
    await page.getByText('存着的令牌已无效').waitFor()
    expect(service.replayed).toEqual([])
    await page.getByRole('button', { name: '忘记令牌' }).click()
    await token(TOKEN)
    await keep()
    await item.getByRole('button', { name: '重放' }).click()
    await page.getByText('已放回 1 条').waitFor()
    expect(service.replayed).toEqual([3])
    await close()
  })
})

/** Runs in the page: how many pixels of a canvas have exactly this colour. */
function coloured(element: Element, colour: string): number {
  if (!(element instanceof HTMLCanvasElement)) return -1
  const { data } = element.getContext('2d')?.getImageData(0, 0, element.width, element.height) ?? { data: [] }
  const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  let found = 0
  for (let at = 0; at < data.length; at += 4) if (wanted.every((part, index) => data[at + index] === part)) found++
  return found
}
