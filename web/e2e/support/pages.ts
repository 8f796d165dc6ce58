import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** The test command sets it, after it has found or installed a browser. */
export const browserPath = process.env['TEST_BROWSER'] ?? ''

const flags = [
  // Chromium refuses its sandbox to root, which CI often is.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath, args: flags })
}

/** A person's browser. It collects the errors and policy violations of its pages. */
export class Visitor {
  readonly complaints: string[] = []
  readonly context: BrowserContext
  readonly page: Page

  private constructor(context: BrowserContext, page: Page) {
    this.context = context
    this.page = page
    this.#listen(page)
  }

  static async arrive(browser: Browser, origin: string): Promise<Visitor> {
    const context = await browser.newContext({
      baseURL: origin,
      viewport: { width: 1280, height: 800 },
    })
    context.setDefaultTimeout(15_000)
    return new Visitor(context, await context.newPage())
  }

  async openTab(): Promise<Page> {
    const page = await this.context.newPage()
    this.#listen(page)
    return page
  }

  /** The text of the view's `h1`. */
  async heading(page = this.page): Promise<string> {
    return page.getByRole('heading', { level: 1 }).innerText()
  }

  #listen(page: Page): void {
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      const isFailedRequest = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !isFailedRequest) this.complaints.push(message.text())
    })
  }
}

/** Chooses a user on the emulator's page, and answers its question for consent. */
export async function signInAs(
  page: Page,
  name: string,
  answer: 'Accept' | 'No, cancel' = 'Accept',
) {
  await page.getByRole('button', { name }).click()
  const decision = page.getByRole('button', { name: answer })
  // Entra asks for consent once. At later sign-ins the browser returns at once.
  await Promise.race([
    decision.waitFor(),
    page.waitForURL((url) => !url.pathname.includes('oauth2')),
  ])
  if (await decision.isVisible()) await decision.click()
}
