import { loginHref, pages, type SignInError, type SignInMethod } from '@entra-bff/shared'
import { adviceFor } from './advice.ts'
import type { SignInFailure } from '../failure.ts'

/** The report of a failed sign-in, which the Error view shows. */
export function reportOf(
  failure: SignInFailure,
  correlationId: string,
  method: SignInMethod,
): SignInError {
  const { code, facts, ref, returnTo, loginQuery, isSignedIn } = failure
  const { title, detail, retry } = adviceFor(code)
  const href = loginHref({ ...retry.query, ...loginQuery, returnTo })
  return {
    ref,
    code,
    title,
    detail,
    correlationId,
    ...facts,
    timestamp: new Date().toISOString(),
    retry:
      method === 'redirect'
        ? { label: retry.label, href }
        : { label: 'Get a new code', href: pages.device },
    ...(isSignedIn && { back: { label: 'Go back', href: returnTo } }),
  }
}
