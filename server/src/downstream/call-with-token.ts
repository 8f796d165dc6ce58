import type { Caller } from '../caller/caller.ts'
import type { Call } from './calls.ts'
import { challengedClaims } from './claims-challenge.ts'
import type { AnswerHead } from './client.ts'

/** @param send sends the request with an access token */
export async function callWithToken<Kind extends AnswerHead>(
  { id, scopes }: Call,
  caller: Caller,
  send: (token: string) => Promise<Kind>,
): Promise<Kind> {
  const token = await caller.tokenFor(scopes)
  const answer = await send(token)
  if (answer.status !== 401) return answer
  // An API can refuse a token that has not expired. One new token is tried; more tries could loop.
  const rejected = { token, claims: claimsOf(answer) }
  const second = await send(await caller.tokenFor(scopes, rejected))
  if (second.status !== 401) return second
  throw await caller.challenge(`${id} refuses each token`, claimsOf(second))
}

function claimsOf({ headers }: AnswerHead): string | undefined {
  return challengedClaims(headers['www-authenticate'])
}
