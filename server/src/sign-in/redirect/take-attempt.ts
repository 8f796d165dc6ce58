import type { FastifyRequest } from 'fastify'
import type { SessionRoom } from '../../session/room.ts'
import { recordKinds } from '../../store/record-kinds.ts'
import { type Store, takeOnce } from '../../store/store.ts'
import { SignInFailure } from '../failure.ts'
import { type Attempt, attemptId, attemptCookieMs, isExpired } from './attempt.ts'
import type { AttemptCookies } from './attempt-cookies.ts'

export interface TakeAttemptOptions {
  room: Pick<SessionRoom, 'sessions' | 'cookie'>
  store: Store
  attempts: AttemptCookies
}

/**
 * Finds the attempt of this browser with this state, and uses it up before anything is sent to Entra.
 * @returns undefined when a signed-in person has gone back to an attempt that was used
 * @throws {SignInFailure} `state_mismatch`, `state_expired`, `state_replayed`
 */
export async function takeAttempt(
  request: FastifyRequest,
  state: string,
  { attempts, store, room }: TakeAttemptOptions,
): Promise<Attempt | undefined> {
  const usedState = `${recordKinds.usedState}:${attemptId(state)}`
  const attempt = attempts.find(request, state)
  if (!attempt) {
    if ((await store.get(usedState)) === undefined) {
      throw new SignInFailure('state_mismatch', 'this browser has no attempt with that state')
    }
    if (await isSignedIn(request, room)) return undefined
    throw new SignInFailure('state_replayed', 'the attempt was used before')
  }
  const { returnTo } = attempt
  if (isExpired(attempt)) throw new SignInFailure('state_expired', 'too late', { returnTo })
  if (await takeOnce(store, usedState, attempt.createdAt + attemptCookieMs)) return attempt
  throw new SignInFailure('state_replayed', 'the attempt was used before', { returnTo })
}

async function isSignedIn(
  request: FastifyRequest,
  { sessions, cookie }: TakeAttemptOptions['room'],
): Promise<boolean> {
  const name = cookie.nameIn(request)
  return name !== undefined && (await sessions.find(name)).kind === 'live'
}
