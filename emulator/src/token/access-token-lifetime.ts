import { randomInt } from 'node:crypto'
import { requestedValues } from '../conditional-access/claims-parameter.ts'
import type { Lifetimes } from '../lifetimes.ts'

/**
 * Whether the `claims` parameter declares the capability `CP1`: the client answers claims challenges
 * (Microsoft, "Claims challenges, claims requests and client capabilities").
 */
export function answersClaimsChallenges(claims: string | null): boolean {
  return requestedValues(claims, 'access_token', 'xms_cc').includes('CP1')
}

const hourSeconds = 3600

/**
 * The lifetime of an access token: 60 to 90 minutes at random, or 20 to 28 hours when the client
 * answers the claims challenges of the resource (Microsoft, "Access tokens in the Microsoft identity
 * platform", "Token lifetime").
 */
export function accessTokenSeconds({ accessToken }: Lifetimes, isLong: boolean): number {
  if (accessToken !== undefined) return accessToken
  return isLong
    ? randomInt(20 * hourSeconds, 28 * hourSeconds)
    : randomInt(hourSeconds, 1.5 * hourSeconds)
}
