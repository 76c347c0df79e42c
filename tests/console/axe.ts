import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with the page, an entry for each element. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(SOURCE)
  return await page.evaluate(async () => {
    const run: () => Promise<AxeResults> = Reflect.get(Reflect.get(globalThis, 'axe'), 'run')
    const { violations } = await run()
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
  })
}
