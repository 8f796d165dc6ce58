import type { Config } from '../../config/config.ts'
import { loginHintOf } from '../../session/record.ts'
import type { SessionRoom } from '../../session/open-sessions.ts'
import type { Attempt } from './attempt.ts'
import { SignInFailure } from '../failure.ts'

export interface ConsentOptions {
  config: Config
  room: Pick<SessionRoom, 'sessions'>
}

/**
 * A signed-in person who declines one more permission has cancelled no sign-in.
 * @returns the failure to tell in place of `failure`
 */
export async function judgeDecline(
  failure: SignInFailure,
  { scopes, hadSession }: Attempt,
  { config, room }: ConsentOptions,
): Promise<SignInFailure> {
  const asksForMore = scopes.some((scope) => !config.scopes.includes(scope))
  if (failure.code !== 'access_denied' || !asksForMore || hadSession === undefined) return failure
  const session = await room.sessions.findLiving(hadSession)
  if (!session) return failure
  return new SignInFailure('consent_declined', failure.message, {
    facts: failure.facts,
    returnTo: failure.returnTo,
    loginQuery: { scopes: scopes.join(' '), ...loginHintOf(session.record) },
  })
}
