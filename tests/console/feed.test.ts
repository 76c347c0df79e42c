import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireServer } from '../servers/require-server.ts'
import { type Bench, BROWSER_TESTS, startBench } from './browser.ts'
import { fixtureAlert } from './fixture-county.ts'

describe.runIf(requireServer('chromium'))('the alert list in a browser', BROWSER_TESTS, () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  }, BROWSER_TESTS.timeout)
  afterAll(() => bench?.close())

  const rowIds = 'a.row'

  test('a new alert waits behind the bar, and no row moves until someone presses it', async () => {
    const { page, service, close } = await bench.open('/alerts')
    await page.locator(rowIds).nth(14).waitFor()
    const before = await page.locator(rowIds).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-alert')))
    const top = await page.locator(rowIds).nth(2).boundingBox()

    const fresh = fixtureAlert(900, { probability: 0.99, raisedAt: '2026-04-11T15:00:00Z', powerW: 77_000, clearedAt: null })
    service.tell('alert.raised', fresh)
    const bar = page.getByRole('button', { name: '1 条新线索' })
    await bar.waitFor()
    expect(await page.title()).toMatch(/^\(1\) /)
    const after = await page.locator(rowIds).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-alert')))
    expect(after).toEqual(before)
    expect((await page.locator(rowIds).nth(2).boundingBox())?.y).toBe(top?.y)

    await bar.click()
    await page.locator(`a.row[data-alert="${fresh.id}"]`).waitFor()
    expect(await page.locator(rowIds).first().getAttribute('data-alert')).toBe(fresh.id)
    await close()
  })

  test('a revised alert changes where it stands', async () => {
    const { page, service, close } = await bench.open('/alerts')
    const third = page.locator(rowIds).nth(2)
    await third.waitFor()
    const id = (await third.getAttribute('data-alert')) ?? ''
    const number = Number(id.slice(1))
    service.tell('alert.revised', fixtureAlert(number, { revision: 2, powerW: 61_500, probability: 0.31 }))
    await page.locator(`a.row[data-alert="${id}"] >> text=61.5 kW`).waitFor()
    expect(await third.getAttribute('data-alert')).toBe(id)
    await close()
  })

  test('an alert that clears stays in its row and says so', async () => {
    const { page, service, close } = await bench.open('/alerts')
    const second = page.locator(rowIds).nth(1)
    await second.waitFor()
    const id = (await second.getAttribute('data-alert')) ?? ''
    service.tell('alert.cleared', fixtureAlert(Number(id.slice(1)), { revision: 2, clearedAt: '2026-04-11T12:00:00Z' }))
    await page.locator(`a.row[data-alert="${id}"] >> text=已停`).waitFor()
    expect(await second.getAttribute('data-alert')).toBe(id)
    await close()
  })

  test('when the service goes away the badge says since when, the list stays, and what was raised meanwhile arrives', async () => {
    const { page, service, close } = await bench.open('/alerts')
    await page.locator(rowIds).first().waitFor()
    await page.locator('.live-live').waitFor()
    await service.close()
    await page.locator('.live-stale', { hasText: '重连中' }).waitFor()
    expect(await page.locator(rowIds).count()).toBeGreaterThan(3)
    service.tell('alert.raised', fixtureAlert(901, { raisedAt: '2026-04-11T15:01:00Z', clearedAt: null }))
    await service.reopen()
    await page.locator('.live-live').waitFor()
    await page.getByRole('button', { name: '1 条新线索' }).waitFor()
    await close()
  })

  test('filters live in the address, and an empty list names the filter to remove', async () => {
    const { page, close } = await bench.open('/alerts?level=red&q=芒东旧矿')
    await page.locator(rowIds).first().waitFor()
    await page.getByRole('searchbox').fill('没有这个矿')
    await page.getByText('没有符合筛选的线索').waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('没有这个矿')
    await page.getByRole('button', { name: '去掉“搜索”' }).click()
    await page.locator(rowIds).first().waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBeNull()
    await close()
  })

  test('a search finds the alerts of a transformer area by its number', async () => {
    const { page, close } = await bench.open('/alerts?q=LH-02&state=all')
    await page.locator(rowIds).first().waitFor()
    // a row shows its number until the ledger has told its area
    const others = async () => {
      const titles = await page.locator('.row-title strong').allInnerTexts()
      return titles.length > 3 ? titles.filter((title) => !title.includes('LH-02')) : titles
    }
    await expect.poll(others).toEqual([])
    await close()
  })

  test('keys move through the list, find, go and help, and keep still while someone types or composes', async () => {
    const { page, close } = await bench.open('/alerts')
    await page.locator(rowIds).first().waitFor()
    const order = await page.locator(rowIds).evaluateAll((rows) => rows.map((row) => row.getAttribute('data-alert')))
    await page.keyboard.press('j')
    await page.waitForURL(`**/alerts/${order[0]}`)
    await page.keyboard.press('j')
    await page.waitForURL(`**/alerts/${order[1]}`)
    await page.keyboard.press('k')
    await page.waitForURL(`**/alerts/${order[0]}`)
    await page.keyboard.press('/')
    await page.keyboard.type('jg')
    expect(page.url()).toContain(`/alerts/${order[0]}`)
    expect(await page.getByRole('searchbox').inputValue()).toBe('jg')
    await page.getByRole('searchbox').fill('')
    await page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      dispatchEvent(new KeyboardEvent('keydown', { key: 'j', isComposing: true }))
    })
    expect(page.url()).toContain(`/alerts/${order[0]}`)
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('m')
    await page.waitForURL('**/map')
    await close()
  })

  test('no alert is good news only when the readings are complete', async () => {
    const cases = [
      { options: { alerts: 0, gateways: 'well' as const }, text: '80 个用电点已检查至', tick: true },
      { options: { alerts: 0, gateways: 'well' as const, meters: { known: 80, reporting: 60 } }, text: '数据不全', tick: false },
      { options: { alerts: 0, gateways: 'silent' as const }, text: '网关 gw-husa 已 3 小时 无数据', tick: false },
      { options: { alerts: 0, gateways: 'well' as const, lastReadingAt: null }, text: '还没有表计数据', tick: false },
    ]
    for (const { options, text, tick } of cases) {
      const { page, close } = await bench.open('/alerts', {}, options)
      await page.locator('.list').getByText(text).waitFor()
      expect(await page.locator('.list .notice-good').count(), text).toBe(tick ? 1 : 0)
      await close()
    }
  })
})
