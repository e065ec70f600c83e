import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** Debian's; no test downloads a browser. */
const EXECUTABLE = process.env.RECOLLECT_TEST_CHROMIUM ?? '/usr/bin/chromium'
/** Where pictures go, if they are wanted. */
const PICTURES = process.env.RECOLLECT_TEST_PICTURES

export const HAS_BROWSER = existsSync(EXECUTABLE)
if (!HAS_BROWSER) {
  console.warn(
    `The tests of the page are skipped: there is no Chromium at ${EXECUTABLE}. On Debian: apt-get install chromium; elsewhere RECOLLECT_TEST_CHROMIUM names it.`,
  )
}

/** Chromium asks its maker's servers for things unless it is told not to. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: QUIET })
}

/** A tab, and everything in it that must not happen. */
export interface Tab {
  readonly page: Page
  /** Errors, violations of the policy, and requests to anywhere but the server. */
  readonly faults: readonly string[]
  /** Errors in the console while the server is away are no faults. */
  forgive(): void
}

export async function openTab(context: BrowserContext, origin: string): Promise<Tab> {
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:')) faults.push(`foreign request: ${url}`)
  })
  await page.exposeFunction('tellViolation', (text: string) => faults.push(`policy: ${text}`))
  // Text, because it runs in the browser, whose types are not those of Node.
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => tellViolation(event.violatedDirective + ' ' + event.blockedURI))",
  )
  return { page, faults, forgive: () => faults.splice(0) }
}

const WIDTHS = [
  [390, 844],
  [1280, 860],
  [1920, 1080],
] as const

/** Pictures at three widths, dark and light, into the folder named by RECOLLECT_TEST_PICTURES; otherwise nothing. */
export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return
  mkdirSync(PICTURES, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [width, height] of WIDTHS) {
      await page.setViewportSize({ width, height })
      await page.waitForTimeout(150)
      await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`) })
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 860 })
}
