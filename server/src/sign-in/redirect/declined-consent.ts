import type { Config } from '../../config/config.ts'
import { loginHintOf } from '../../session/record.ts'
import type { SessionRoom } from '../../session/room.ts'
import type { Attempt } from './attempt.ts'
import { SignInFailure } from '../failure.ts'

export interface ConsentOptions {
  config: Config
  room: Pick<SessionRoom, 'sessions'>
}

/**
 * Turns `access_denied` into `consent_declined` when a signed-in person declined one more permission:
 * that person has canceled no sign-in and is still signed in.
 * @returns every other failure as it is
 */
export async function judgeDecline(
  failure: SignInFailure,
  { scopes, previousSession }: Attempt,
  { config, room }: ConsentOptions,
): Promise<SignInFailure> {
  const asksForMore = scopes.some((scope) => !config.scopes.includes(scope))
  if (failure.code !== 'access_denied' || !asksForMore || previousSession === undefined)
    return failure
  const session = await room.sessions.findLiving(previousSession)
  if (!session) return failure
  return new SignInFailure('consent_declined', failure.message, {
    facts: failure.facts,
    returnTo: failure.returnTo,
    loginQuery: { scopes: scopes.join(' '), ...loginHintOf(session.record) },
  })
}
