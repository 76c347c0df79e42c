import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redirectOf } from '../../src/open-sign-on.ts'
import { Accounts } from '../../src/users/accounts.ts'
import { addUser } from '../../src/users/enrol.ts'
import { OidcConfig } from '../../src/users/oidc-config.ts'
import { OidcIssuer } from '../../src/users/oidc-issuer.ts'
import { identityKey } from '../../src/users/oidc-person.ts'
import { OidcSignIn } from '../../src/users/oidc-sign-in.ts'
import { codeOf } from '../api/sign-in.ts'
import { CLIENT, type Issuer, startIssuer } from '../servers/oidc-issuer.ts'
import { requireServer } from '../servers/require-server.ts'
import { violations } from './axe.ts'
import { type Bench, BROWSER_TESTS, type Opened, startBench, type View } from './browser.ts'
import { fixtureAlert } from './fixture-county.ts'
import type { FixtureOptions } from './fixture-service.ts'

const PICTURES = process.env.ADIT_PICTURES
const VIEWS = [
  { scheme: 'light', language: 'zh-CN' },
  { scheme: 'dark', language: 'en-GB' },
] as const

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
    await page.locator('form button:not([type=button])').first().click()
  }

  for (const view of VIEWS) {
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

  describe('with an issuer', () => {
    let issuer: Issuer
    beforeAll(async () => {
      issuer = await startIssuer({ people: { 'u-1': { preferred_username: 'lin' }, 'u-2': { preferred_username: 'wang' } } })
    })
    afterAll(() => issuer?.stop())

    const signOn: FixtureOptions['signOn'] = (url, users) => {
      issuer.register(redirectOf(url))
      const who = { issuer: issuer.url, clientId: CLIENT.id, clientSecret: CLIENT.secret, label: '县统一认证' }
      const config = OidcConfig.parse(who)
      const asked = new OidcIssuer(config, redirectOf(url))
      void asked.look()
      return new OidcSignIn({ config, publicUrl: url, records: users, accounts: new Accounts(users), issuer: asked })
    }
    const entrance = (page: Page) => page.locator('a[href*="/api/v1/session/oidc"]')

    test('leads there and back, tells whom nobody knows, and asks an admin for a code', async () => {
      const { page, service, errors, close } = await bench.open('/map', {}, { signOn })
      const identity = { key: identityKey({ issuer: issuer.url, userClaim: 'sub' }, 'u-1'), rights: 'given' } as const
      const person = { name: 'lin', role: 'admin', counties: null, secondFactor: true, password: null, identity } as const
      const lin = await addUser(service.users, person, 0)
      const signInAs = async (login: string) => {
        await entrance(page).click()
        await type(page, { login })
      }
      await signInAs('u-2')
      await page.getByText('县统一认证认识你,但本系统没有给你权限').waitFor()
      await page.context().clearCookies()
      await signInAs('u-1')
      await type(page, { code: '000000' })
      await page.getByText('验证码不对。每个验证码只能用一次。').waitFor()
      await type(page, { code: codeOf(lin) })
      await page.getByTestId('who').waitFor()
      expect([new URL(page.url()).origin, new URL(page.url()).pathname]).toEqual([service.url, '/map'])
      expect(await page.getByRole('link', { name: '密码' }).count()).toBe(0)
      expect(errors.filter((text) => !/status of 401/.test(text))).toEqual([])
      await close()
    })

    test('who cannot go there, because it is away, is told so and where else they sign in', async () => {
      const { page, service, close } = await bench.open('/sign-in', {}, { signOn })
      await entrance(page).waitFor()
      await issuer.stop()
      await entrance(page).click()
      await page.getByText('县统一认证没有应答').waitFor()
      expect(await page.getByText('县统一认证现在连不上').count()).toBe(0)
      await page.goto(`${service.url}/sign-in`)
      await page.getByText('县统一认证现在连不上').waitFor()
      await picture(page, 'issuer-away-1280')
      await issuer.start()
      await close()
    })

    test.each(VIEWS)('looks well, whatever is told ($scheme, $language)', async (view) => {
      const { page, service, close } = await bench.open('/sign-in', view, { signOn })
      await entrance(page).waitFor()
      await looksWell(page, `issuer-${view.scheme}`)
      await page.goto(`${service.url}/sign-in?refused=unknown`)
      await page.getByRole('alert').waitFor()
      await looksWell(page, `unknown-${view.scheme}`)
      await page.goto(`${service.url}/sign-in?step=code`)
      await page.locator('input[name=code]').waitFor()
      await looksWell(page, `code-${view.scheme}`)
      await close()
    })
  })

  test.each(VIEWS)('changes a password, says what is not fit, and leaves one signed in ($scheme, $language)', async (view) => {
    const { page, errors, person, close } = await openWith('/map', view, 'inspector', null)
    await type(page, { name: 'lin', password: person.password })
    await page.locator('a[href="/password"]').click()
    for (const [newPassword, again, told] of [
      ['four plain words', 'four plain wordz', /两次输入的新密码不一样|not typed the same twice/],
      ['short', 'short', /太短或太长|too short or too long/],
      ['four plain words', 'four plain words', /密码或验证码不对|or the code, is not right/],
    ] as const) {
      await type(page, { password: 'a wrong guess', newPassword, again })
      await page.getByRole('alert').filter({ hasText: told }).waitFor()
    }
    await looksWell(page, `password-${view.scheme}`)
    await type(page, { password: person.password, newPassword: 'four plain words', again: 'four plain words' })
    await page
      .getByRole('status')
      .filter({ hasText: /密码已修改|password is changed/ })
      .waitFor()
    expect(await page.locator('input[name=newPassword]').inputValue()).toBe('')
    await page.reload()
    await page.locator('input[name=newPassword]').waitFor()
    expect(errors.filter((text) => !/status of 40[139]/.test(text))).toEqual([])
    await close()
  })

  /** Nothing scrolls sideways, and axe finds nothing. */
  async function looksWell(page: Page, name: string): Promise<void> {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 740 })
      await expect.poll(() => sideways(page), { message: `${name} ${width} px` }).toBeLessThanOrEqual(0)
      await expect.poll(() => violations(page), { message: `${name} ${width} px` }).toEqual([])
      await picture(page, `${name}-${width}`)
    }
  }

  async function picture(page: Opened['page'], name: string): Promise<void> {
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` })
  }
})

function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
}
