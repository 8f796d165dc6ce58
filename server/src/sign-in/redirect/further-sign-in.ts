import type { LoginQuery, SignInErrorCode } from '@entra-bff/shared'
import type { Config } from '../../config/config.ts'
import { loginHintOf } from '../../session/record.ts'
import type { SessionRoom } from '../../session/room.ts'
import type { Attempt } from './attempt.ts'
import { SignInFailure } from '../failure.ts'

export interface FurtherSignInOptions {
  config: Config
  room: Pick<SessionRoom, 'sessions'>
}

/**
 * Judges the failure of a sign-in that asked a signed-in person for one more permission, or for a
 * step-up. That person is still signed in, can go back, and can be asked for the same once more.
 * @returns every other failure as it is
 */
export async function judgeFurtherSignIn(
  failure: SignInFailure,
  attempt: Attempt,
  { config, room }: FurtherSignInOptions,
): Promise<SignInFailure> {
  const code = codeOf(failure, attempt, config)
  const { previousSession } = attempt
  if (code === undefined || previousSession === undefined) return failure
  const session = await room.sessions.findLiving(previousSession)
  if (!session) return failure
  const { message, facts, returnTo, cause } = failure
  const loginQuery = {
    ...sameDemand(attempt),
    ...(code !== 'wrong_account' && loginHintOf(session.record)),
  }
  return new SignInFailure(code, message, { cause, facts, returnTo, loginQuery, isSignedIn: true })
}

function codeOf(
  { code }: SignInFailure,
  { scopes, stepUp }: Attempt,
  config: Config,
): SignInErrorCode | undefined {
  if (stepUp) {
    if (code === 'access_denied') return 'step_up_failed'
    return code === 'step_up_failed' || code === 'wrong_account' ? code : undefined
  }
  if (scopes.every((scope) => config.scopes.includes(scope))) return undefined
  if (code === 'access_denied') return 'consent_declined'
  return code === 'admin_consent_required' ? code : undefined
}

function sameDemand({ scopes, demand }: Attempt): LoginQuery {
  return demand === undefined ? { scopes: scopes.join(' ') } : { claims: demand }
}
