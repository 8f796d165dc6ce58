import type { Problem, SignInError } from '@entra-bff/shared'
import type { AppOptions } from '../../src/app.ts'
import { requireStepUp } from '../../src/caller/requirement.ts'
import type { StepUp } from '../../src/entra/authentication.ts'
import type { Answer, Browser, Page } from './browser.ts'

/** Routes below `/api` that require a step-up, by their paths. */
export function stepUpRoutes(routes: Record<string, StepUp>): Pick<AppOptions, 'api'> {
  return {
    api: async (api) => {
      for (const [path, required] of Object.entries(routes)) {
        api.get(path, { preHandler: requireStepUp(required) }, () => ({ done: true }))
      }
    },
  }
}

/** The sign-in that a problem names, as the page follows it. */
export function loginOf({ json }: Pick<Answer, 'json'>, returnTo = '/sessions'): string {
  const href = (json as Problem).login?.href ?? ''
  return `${href}&returnTo=${encodeURIComponent(returnTo)}`
}

/** What the Error view shows, where a sign-in ended there. */
export async function reportOf(browser: Browser, page: Page): Promise<Partial<SignInError>> {
  if (page.url.pathname !== '/error') throw new Error(`ended at ${page.url.href}`)
  return (await browser.reportOf(page)) as SignInError
}
