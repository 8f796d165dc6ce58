import type { LocalPath } from '@entra-bff/shared'
import { type EntraFacts, readErrorText } from '../../entra/failures.ts'
import { reasonOf } from '../../entra/oauth-errors.ts'
import { SignInFailure, signInCodeOf } from '../failure.ts'

/** The query of the redirect URI: text from outside. A parameter that was sent twice is an array. */
export type AuthorizeAnswer = Readonly<Record<string, string | string[] | undefined>>

/** True after a sign-out: Entra then sends the browser back without any of these parameters. */
export function isReturnFromSignOut(answer: AuthorizeAnswer): boolean {
  return ['state', 'code', 'error'].every((name) => answer[name] === undefined)
}

/** @throws {SignInFailure} `state_missing` */
export function stateOf({ state }: AuthorizeAnswer): string {
  if (typeof state === 'string' && state !== '') return state
  throw new SignInFailure('state_missing', 'no single state')
}

/** @throws {SignInFailure} when the answer is an error (RFC 6749 section 4.1.2.1) or has no code */
export function codeOf(answer: AuthorizeAnswer, returnTo: LocalPath): string {
  const { code, error, error_description: description } = answer
  if (typeof error === 'string') throw failureOf(error, readErrorText(description), returnTo)
  if (typeof code === 'string' && code !== '') return code
  throw new SignInFailure('sign_in_failed', 'neither a code nor an error', { returnTo })
}

function failureOf(error: string, facts: EntraFacts, returnTo: LocalPath): SignInFailure {
  const reason = reasonOf(error)
  // The log must not hold an unknown error, which is text from outside.
  const detail = `Entra answered ${reason === undefined ? 'with an unknown error' : error}`
  return new SignInFailure(signInCodeOf(reason, facts), detail, { facts, returnTo })
}
