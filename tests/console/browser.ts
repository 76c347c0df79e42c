/** Debian's Chromium over a freshly built console. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { serverPath } from '../servers/require-server.ts'
import { type FixtureOptions, type FixtureService, startFixtureService } from './fixture-service.ts'

export interface Bench {
  readonly directory: string
  /** A page of its own service; everything it asked of others than that service is in `foreign`, its errors in `errors`. */
  open(path: string, view?: View, options?: FixtureOptions): Promise<Opened>
  close(): Promise<void>
}

export interface View {
  readonly width?: number
  readonly height?: number
  readonly scheme?: 'light' | 'dark'
  readonly language?: 'zh-CN' | 'en-GB'
  /** Maps through WebGL2, which costs seconds without a graphics card; the plain drawing otherwise. */
  readonly webgl?: boolean
  /** Done to the browser before the page is opened. */
  readonly prepare?: (context: BrowserContext) => Promise<void>
}

export interface Opened {
  readonly page: Page
  readonly service: FixtureService
  readonly foreign: string[]
  readonly errors: string[]
  close(): Promise<void>
}

/** Long, because the machine may be shared; nothing waits this long when all is well. */
export const PATIENCE_MS = 90_000
export const BROWSER_TESTS = { timeout: 300_000 } as const
const ARGS = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-background-networking']

/** Builds the console into a directory of its own, so that tests never look at a stale one. */
export async function buildConsole(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'adit-console-'))
  const configFile = fileURLToPath(new URL('../../console/vite.config.ts', import.meta.url))
  // A process of its own: vitest's NODE_ENV would put React's development half into the build.
  const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url))
  const args = [vite, 'build', '--config', configFile, '--logLevel', 'error', '--outDir', directory, '--emptyOutDir']
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_ENV: 'production' } })
  return directory
}

export async function startBench(): Promise<Bench> {
  const directory = await buildConsole()
  const browser = await chromium.launch({ executablePath: serverPath('chromium'), args: ARGS })
  return {
    directory,
    open: (path, view = {}, options = {}) => open(browser, directory, path, view, options),
    close: async () => {
      await browser.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function open(browser: Browser, directory: string, path: string, view: View, options: FixtureOptions): Promise<Opened> {
  const service = await startFixtureService({ ...options, consoleDirectory: directory })
  const context = await newContext(browser, view)
  context.setDefaultTimeout(PATIENCE_MS)
  await view.prepare?.(context)
  const page = await context.newPage()
  const foreign: string[] = []
  const errors: string[] = []
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(service.url) && !url.startsWith('blob:') && !url.startsWith('data:')) foreign.push(url)
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.goto(service.url + path)
  const close = async () => {
    await context.close()
    await service.close()
  }
  return { page, service, foreign, errors, close }
}

async function newContext(
  browser: Browser,
  { width = 1280, height = 800, scheme = 'light', language = 'zh-CN', webgl = false }: View,
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: language })
  if (!webgl) await context.addInitScript(withoutWebgl)
  return context
}

/** Waits until the pictures of an alert page are drawn. */
export async function waitForPictures(page: Page): Promise<void> {
  await page.locator('.curve canvas').waitFor()
  await page.locator('svg.heat').waitFor()
  await page.locator('[data-testid=map] [data-ready=true]').waitFor()
}

/** Runs in the page: a browser without WebGL2, as on a desktop without a graphics card. */
function withoutWebgl(): void {
  const original = HTMLCanvasElement.prototype.getContext
  Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', {
    value(this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind === 'webgl2' ? null : Reflect.apply(original, this, [kind, ...rest])
    },
  })
}
