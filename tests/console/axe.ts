import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe (its source: `axe`) finds wrong with the page, an entry for each element. */
export async function violations(page: Page, axe: string): Promise<string[]> {
  await page.evaluate(axe)
  return await page.evaluate(async () => {
    const run: () => Promise<AxeResults> = Reflect.get(Reflect.get(globalThis, 'axe'), 'run')
    const { violations } = await run()
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
  })
}
