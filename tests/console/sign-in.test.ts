import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addUser } from '../../src/users/enrol.ts'
import { codeOf } from '../api/sign-in.ts'
import { requireServer } from '../servers/require-server.ts'
import { violations } from './axe.ts'
import { type Bench, BROWSER_TESTS, type Opened, startBench, type View } from './browser.ts'
import { fixtureAlert } from './fixture-county.ts'

const PICTURES = process.env.ADIT_PICTURES

describe.runIf(requireServer('chromium'))('the page of a service with accounts', BROWSER_TESTS, () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  }, BROWSER_TESTS.timeout)
  afterAll(() => bench?.close())

  /** A page at `path`, opened after the first account was made. */
  async function openWith(path: string, view: View, role: 'admin' | 'inspector', counties: string[] | null) {
    const opened = await bench.open('/sign-in', view)
    const person = await addUser(opened.service.users, { name: 'lin', role, counties, secondFactor: false, password: null }, 0)
    await opened.page.goto(opened.service.url + path)
    await opened.page.locator('input[name=password]').waitFor()
    return { ...opened, person }
  }

  async function type(page: Page, fields: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(fields)) await page.locator(`input[name=${name}]`).fill(value)
    await page.locator('form button[type=submit]').first().click()
  }

  for (const view of [
    { scheme: 'light', language: 'zh-CN' },
    { scheme: 'dark', language: 'en-GB' },
  ] as const) {
    test(`asks who one is (${view.scheme}, ${view.language}): axe finds nothing, nothing scrolls sideways, at 1280, 390 and 320`, async () => {
      const { page, foreign, close } = await openWith('/alerts', view, 'inspector', null)
      await type(page, { name: 'lin', password: 'a wrong guess' })
      await page.getByRole('alert').waitFor()
      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 740 })
        await expect.poll(() => sideways(page), { message: `${width} px` }).toBeLessThanOrEqual(0)
        // colours of a button that was busy come back by and by
        await expect.poll(() => violations(page), { message: `${width} px` }).toEqual([])
        await picture(page, `sign-in-${view.scheme}-${width}`)
      }
      expect(foreign).toEqual([])
      await close()
    })
  }

  test('leads to where one wanted, says who one is, and forgets it all on the way out', async () => {
    const id = fixtureAlert(0).id
    const { page, person, errors, close } = await openWith(`/alerts/${id}?x=1`, {}, 'admin', null)
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    await type(page, { name: 'Lin', password: person.password, code: '000000' })
    await page.getByText('用户名、密码或验证码不对。').waitFor()
    await type(page, { name: 'Lin', password: person.password, code: codeOf(person) })
    await page.getByTestId('facts').waitFor()
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(`/alerts/${id}?x=1`)
    expect(await page.getByTestId('who').textContent()).toBe('lin · 管理')
    await picture(page, 'signed-in-1280')
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 740 })
      await expect.poll(() => sideways(page), { message: `${width} px` }).toBeLessThanOrEqual(0)
      await picture(page, `signed-in-${width}`)
    }
    await page.goto(new URL('/gateways', page.url()).href)
    await page.getByRole('button', { name: '重放', exact: true }).first().click()
    await page.getByText(/^已放回 1 条/).waitFor()
    await page.getByRole('button', { name: '退出' }).click()
    await page.locator('input[name=password]').waitFor()
    await page.goBack()
    await page.locator('input[name=password]').waitFor()
    // what the browser says of the answers that refused, and nothing else
    expect(errors.filter((text) => !/status of 401/.test(text))).toEqual([])
    await close()
  })

  test('who is disabled meanwhile is led to the sign-in page without touching anything', async () => {
    const { page, service, person, close } = await openWith('/map', {}, 'inspector', ['533103'])
    await type(page, { name: 'lin', password: person.password })
    await page.getByTestId('who').waitFor()
    expect(await page.getByTestId('who').textContent()).toBe('lin · 检查 · 533103')
    expect(await page.getByRole('link', { name: '接入' }).count()).toBe(0)
    await service.users.disable('lin', 1)
    await page.locator('input[name=password]').waitFor()
    expect(decodeURIComponent(new URL(page.url()).search)).toBe('?to=/map')
    await close()
  })

  test('goes to no other site after signing in, whatever the address says', async () => {
    const { page, person, foreign, close } = await openWith('/sign-in?to=%2F%2Fevil.example%2F', {}, 'inspector', null)
    await type(page, { name: 'lin', password: person.password })
    await page.getByTestId('who').waitFor()
    expect(new URL(page.url()).pathname).toBe('/alerts')
    expect(foreign).toEqual([])
    await close()
  })

  async function picture(page: Opened['page'], name: string): Promise<void> {
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` })
  }
})

function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
}
