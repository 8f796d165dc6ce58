import { proves, type StepUp } from '../entra/authentication.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import type { Caller } from './caller.ts'

/**
 * Lets a caller pass whose sign-in proves what a row or a route requires. It answers at once then.
 * @throws {Failure} `insufficient_user_authentication`
 */
export function requireProof(caller: Caller, required: StepUp): MaybePromise<undefined> {
  if (proves(caller.authentication, required)) return undefined
  return caller.stepUp(required).then((failure) => {
    throw failure
  })
}

/** The header `WWW-Authenticate` of a refusal (RFC 9470 section 3). */
export function stepUpChallenge({ authenticationContext, maxAgeSeconds }: StepUp): string {
  const parameters = {
    error: 'insufficient_user_authentication',
    ...(authenticationContext !== undefined && { acr_values: authenticationContext }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
  }
  return `Bearer ${Object.entries(parameters)
    .map(([name, value]) => `${name}="${value}"`)
    .join(', ')}`
}

/** The `claims` parameter that asks Entra for an authentication context (OpenID Connect Core section 5.5). */
export function stepUpClaims({ authenticationContext: value }: StepUp): string | undefined {
  if (value === undefined) return undefined
  return JSON.stringify({ id_token: { acrs: { essential: true, value } } })
}

/** What the person reads. */
export function stepUpDetail({ authenticationContext, maxAgeSeconds }: StepUp): string {
  const minutes = Math.max(1, Math.ceil((maxAgeSeconds ?? 0) / 60))
  const time = `of the last ${minutes === 1 ? 'minute' : `${String(minutes)} minutes`}`
  if (authenticationContext === undefined) return `This needs a sign-in ${time}.`
  const strength = 'that fulfills what your organization asks for here'
  if (maxAgeSeconds === undefined) return `This needs a sign-in ${strength}.`
  return `This needs a sign-in ${time}, and one ${strength}.`
}
