import { paths, type SignInError, type SignInMethod, views } from '@entra-bff/shared'
import { adviceFor } from './advice.ts'
import type { SignInFailure } from './errors.ts'

/** What the Error view shows of a failed sign-in. */
export function describe(
  failure: SignInFailure,
  correlationId: string,
  method: SignInMethod,
): SignInError {
  const { code, facts, ref, returnTo, retryQuery } = failure
  const { aadsts, traceId } = facts
  const { title, detail, retry } = adviceFor(code)
  const query = new URLSearchParams({ ...retry.query, ...retryQuery, returnTo })
  const byRedirect = { label: retry.label, href: `${paths.login}?${query.toString()}` }
  return {
    ref,
    code,
    title,
    detail,
    ...(aadsts !== undefined && { aadsts }),
    correlationId: facts.correlationId ?? correlationId,
    ...(traceId !== undefined && { traceId }),
    timestamp: new Date().toISOString(),
    retry: method === 'redirect' ? byRedirect : { label: 'Get a new code', href: views.device },
    ...(code === 'consent_declined' && { back: { label: 'Go back', href: returnTo } }),
  }
}
