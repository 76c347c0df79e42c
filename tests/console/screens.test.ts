import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireServer } from '../servers/require-server.ts'
import { violations } from './axe.ts'
import { type Bench, BROWSER_TESTS, startBench, waitForPictures } from './browser.ts'
import { fixtureAlert } from './fixture-county.ts'

const SCREENS = [
  { name: 'alert list', path: '/alerts', ready: (page: Page) => page.locator('a.row').first().waitFor() },
  { name: 'alert at a meter', path: `/alerts/${fixtureAlert(0).id}`, ready: waitForPictures },
  {
    name: 'alert at an area',
    path: `/alerts/${fixtureAlert(2).id}`,
    ready: async (page: Page) => {
      await waitForPictures(page)
      await page.getByTestId('topology').waitFor()
    },
  },
  { name: 'map', path: '/map', ready: (page: Page) => page.locator('[data-ready=true]').waitFor() },
  { name: 'gateways', path: '/gateways', ready: (page: Page) => page.getByTestId('quarantine').locator('li').first().waitFor() },
] as const
const VIEWS = [
  { scheme: 'light', language: 'zh-CN' },
  { scheme: 'dark', language: 'en-GB' },
] as const

describe.runIf(requireServer('chromium'))('every screen, light and dark, at 1280, 390 and 320', BROWSER_TESTS, () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  }, BROWSER_TESTS.timeout)
  afterAll(() => bench?.close())

  for (const { name, path, ready } of SCREENS) {
    for (const view of VIEWS) {
      test(`${name} (${view.scheme}, ${view.language}): axe finds nothing, nothing scrolls sideways, nobody else is asked`, async () => {
        const { page, foreign, errors, close } = await bench.open(path, { ...view, width: 1280, webgl: name === 'map' })
        for (const width of [1280, 390, 320]) {
          await page.setViewportSize({ width, height: width === 1280 ? 800 : 740 })
          await ready(page)
          // charts are drawn anew for the width: what counts is how the page comes to rest
          const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
          await expect.poll(sideways, { message: `${width} px` }).toBeLessThanOrEqual(0)
          expect(await smallTargets(page), `${width} px`).toEqual([])
          expect(await violations(page), `${width} px`).toEqual([])
        }
        const scheme = await page.evaluate(() => document.documentElement.getAttribute('data-mantine-color-scheme'))
        expect(scheme).toBe(view.scheme)
        expect(await page.evaluate(() => document.documentElement.lang)).toBe(view.language === 'zh-CN' ? 'zh-CN' : 'en')
        expect(foreign).toEqual([])
        expect(errors).toEqual([])
        await close()
      })
    }
  }

  test('the list says what share of this week’s inspections is expected to confirm, and what that rests on', async () => {
    const { page, close } = await bench.open('/alerts')
    const line = page.getByTestId('work-list')
    await line.waitFor()
    expect(await line.textContent()).toBe('本周清单 20 条,另抽查 1 条 · 预计查实率 62 %(45–80 %)')
    expect(await line.getAttribute('title')).toBe('仅用模拟县校准,尚未用现场结果校准')
    await page.goto(new URL(`/alerts/${fixtureAlert(20).id}`, page.url()).href)
    await page.getByTestId('facts').getByText('抽查(不按排位)').waitFor()
    await close()
  })

  test('the page speaks and shines as the person chose, also the next time', async () => {
    const { page, errors, close } = await bench.open('/gateways')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Zero-loss book of the gateways' }).waitFor()
    await page.getByRole('button', { name: 'Dark' }).click()
    await page.reload()
    await page.getByRole('heading', { name: 'Zero-loss book of the gateways' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.getAttribute('data-mantine-color-scheme'))).toBe('dark')
    expect(errors).toEqual([])
    await close()
  })
})

/** Things to press that are smaller than 24 px and not in a sentence (WCAG 2.5.8). */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, select, input, summary, nav a, a.row')]
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 23.5 || box.width < 23.5))
      .filter(({ element }) => !(element instanceof HTMLInputElement && element.type === 'checkbox'))
      .map(({ element, box }) => `${element.outerHTML.slice(0, 120)} ${Math.round(box.width)}×${Math.round(box.height)}`),
  )
}
