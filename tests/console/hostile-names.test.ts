import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOSTILE_NAMES, unseenIn } from '../hostile/hostile-names.ts'
import { requireServer } from '../servers/require-server.ts'
import { type Bench, BROWSER_TESTS, type Opened, startBench, type View, waitForPictures } from './browser.ts'
import { fixtureAlert, mineId } from './fixture-county.ts'

const names = HOSTILE_NAMES.map(({ name }) => name)
const PHONE = { width: 390, height: 800 } as const

describe.runIf(requireServer('chromium'))('names as an enemy would give them, in the console', BROWSER_TESTS, () => {
  let bench: Bench
  beforeAll(async () => {
    bench = await startBench()
  }, BROWSER_TESTS.timeout)
  afterAll(() => bench?.close())

  test('the list, and what the feed brings to it, runs nothing and shows everything', async () => {
    const { opened, ran } = await open('/alerts', { width: 390, height: 8_000 })
    const { page, service } = opened
    await page.locator('a.row').first().waitFor()
    for (const [row, name] of names.entries()) service.tell('alert.raised', saying(100 + row, name))
    await page.getByRole('button', { name: `${names.length} 条新线索` }).click()
    for (const wanted of ['<img', '⟨U+202E⟩3', '矿矿矿']) await page.locator('a.row', { hasText: wanted }).first().waitFor()
    await expectInert(opened, ran)
  })

  test('the page of an alert, whose evidence, area and mines are named so, runs nothing and shows everything', async () => {
    const { opened, ran } = await open(`/alerts/${fixtureAlert(2).id}`, PHONE)
    const { page, service } = opened
    await waitForPictures(page)
    const said = saying(2, names.join(' '))
    service.tell('alert.revised', { ...said, revision: 9 })
    await page.getByText('onerror').nth(5).waitFor()
    await expectInert(opened, ran)
  })

  test('the map, its labels, its list and the card of each mine run nothing and show everything', async () => {
    const { opened, ran } = await open('/map', { webgl: true })
    const { page } = opened
    await page.locator('[data-ready=true]').waitFor()
    const search = page.getByRole('searchbox')
    for (const wanted of ['<img', '⟨U+202E⟩3', 'WWW']) {
      await search.fill(wanted)
      await page.locator('button.site-row').first().click()
      await page.locator('aside h2', { hasText: wanted }).waitFor()
      await expectInert(opened, ran)
    }
  })

  test('a name that runs from right to left leaves its neighbours where they were', async () => {
    const { opened } = await open('/map')
    const { page } = opened
    await page.getByRole('searchbox').fill('מכרה')
    await page.locator('button.site-row').first().click()
    await page.locator('aside h2', { hasText: 'מכרה' }).waitFor()
    const places = await page.locator('aside h2 + p').evaluate((line) => {
      const text = line.firstChild
      const whole = text?.textContent ?? ''
      return [...whole.matchAll(/מכרה/g)].slice(0, 2).map(({ index, 0: word }) => {
        const range = document.createRange()
        if (text) range.setStart(text, index)
        if (text) range.setEnd(text, index + word.length)
        return range.getBoundingClientRect().left
      })
    })
    // the county, and the town of the same name behind it
    expect(places).toHaveLength(2)
    expect(places[0]).toBeLessThan(places[1])
    await opened.close()
  })

  test('what was refused runs nothing and shows everything, the raw payload too', async () => {
    const { opened, ran } = await open('/gateways', PHONE)
    const { page } = opened
    await page.getByTestId('quarantine').locator('li').nth(names.length).waitFor()
    await page.locator('[data-testid=quarantine] details').evaluateAll((all) => {
      for (const one of all) one.setAttribute('open', '')
    })
    await page
      .getByTestId('quarantine')
      .locator('pre')
      .nth(names.length - 1)
      .waitFor()
    await expectInert(opened, ran)
  })

  async function open(path: string, view: View = {}): Promise<{ opened: Opened; ran: () => Promise<string[]> }> {
    const opened = await bench.open(path, { ...view, prepare: listen }, { names })
    return { opened, ran: () => opened.page.evaluate(() => Reflect.get(globalThis, 'ran')) }
  }
})

function saying(row: number, name: string) {
  const usual = fixtureAlert(row)
  const sentence = { zh: name, en: name }
  const mine = row % 100 < 8 ? mineId(row % 100) : `X-${row % 100}`
  return {
    ...usual,
    clearedAt: null,
    mines: [{ mine, distanceMeters: 420, withinReach: true }],
    reasons: usual.reasons.map((reason) => ({ ...reason, sentence })),
    innocent: usual.innocent && { ...usual.innocent, sentence },
    history: usual.history.map((step) => ({ ...step, cause: sentence })),
  }
}

async function expectInert({ page, errors, foreign }: Opened, ran: () => Promise<string[]>): Promise<void> {
  expect(await ran()).toEqual([])
  expect(errors).toEqual([])
  expect(foreign).toEqual([])
  expect(await foreignElements(page)).toEqual([])
  const shown = await texts(page)
  expect(shown.length).toBeGreaterThan(20)
  for (const text of shown) expect(unseenIn(text.replaceAll(/\u2068[^\u2068\u2069]*\u2069|\n/gu, '')), text).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
}

/** Whatever a name could have become besides text. */
function foreignElements(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => {
        const told = element.getAttributeNames().some((name) => name.startsWith('on') || name === 'srcdoc')
        const link = element.getAttribute('href') ?? element.getAttribute('src') ?? ''
        return (
          told ||
          !/^(\/|#|$)/.test(link) ||
          element.matches('iframe, object, embed, bdo, style, script, img:not([src="/icon.svg"])')
        )
      })
      .map(({ outerHTML }) => outerHTML.slice(0, 200)),
  )
}

/** Every text of the page, a block each, and every attribute that is read out or shown. */
function texts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [document.title]
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    let of: Element | null = null
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      let block = node.parentElement
      while (block && getComputedStyle(block).display === 'inline') block = block.parentElement
      if (block === of) found.push(`${found.pop()}${node.textContent}`)
      else found.push(node.textContent ?? '')
      of = block
    }
    for (const element of document.querySelectorAll('[title], [aria-label], [placeholder], option')) {
      for (const name of ['title', 'aria-label', 'placeholder', 'value']) found.push(element.getAttribute(name) ?? '')
    }
    return found
  })
}

/** Before the page: whatever runs, or is kept from running, leaves its name. */
async function listen(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const ran: string[] = []
    Object.defineProperty(globalThis, 'ran', { value: ran })
    for (const name of ['alert', 'confirm', 'prompt', 'print'])
      Object.defineProperty(globalThis, name, { value: () => ran.push(name) })
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      ran.push(`${violatedDirective} ${blockedURI} ${sample}`),
    )
  })
}
