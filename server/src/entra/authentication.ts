import type { JWTPayload } from 'jose'
import { type Static, Type } from 'typebox'

/** How and when a person proved who they are, as far as the ID token tells. */
export const Authentication = Type.Object({
  /** The authentication contexts that the sign-in satisfied (the claim `acrs`), such as `c1`. */
  contexts: Type.Array(Type.String()),
  /** When the person last proved who they are (the claim `auth_time`): milliseconds since the epoch. */
  provedAt: Type.Optional(Type.Number()),
})
export type Authentication = Static<typeof Authentication>

/** What a sign-in must prove. */
export const StepUp = Type.Object({
  /** The authentication context that the sign-in must satisfy, `c1` to `c99`. */
  authenticationContext: Type.Optional(Type.String()),
  /** Seconds since the person last proved who they are, at most. */
  maxAgeSeconds: Type.Optional(Type.Number()),
})
export type StepUp = Static<typeof StepUp>

/** How far Entra's clock may be ahead of this server's clock. */
const clockToleranceMs = 300_000

/** The way back from Entra takes time, and clocks differ: a proof serves this much longer. */
const graceMs = 60_000

/**
 * Reads the claims `acrs` and `auth_time` of a validated ID token (Microsoft, "Optional claims
 * reference"). A claim of another form proves nothing, and so does a time in the future.
 * @returns undefined when the token tells nothing
 */
export function authenticationIn(claims: JWTPayload): Authentication | undefined {
  const { acrs, auth_time: authTime } = claims
  const values: unknown[] = Array.isArray(acrs) ? acrs : []
  const contexts = values.filter((value) => typeof value === 'string')
  const provedAt = timeOf(authTime)
  if (contexts.length === 0 && provedAt === undefined) return undefined
  return { contexts, ...(provedAt !== undefined && { provedAt }) }
}

/** @param authTime seconds since the epoch (OpenID Connect Core section 2) */
function timeOf(authTime: unknown): number | undefined {
  if (typeof authTime !== 'number' || !Number.isInteger(authTime) || authTime < 0) return undefined
  const timeMs = authTime * 1_000
  return timeMs > Date.now() + clockToleranceMs ? undefined : timeMs
}

/** @param authentication undefined when nothing is known, as for a session of an older build */
export function proves(
  authentication: Authentication | undefined,
  { authenticationContext, maxAgeSeconds }: StepUp,
): boolean {
  const { contexts = [], provedAt } = authentication ?? {}
  if (authenticationContext !== undefined && !contexts.includes(authenticationContext)) return false
  if (maxAgeSeconds === undefined) return true
  return provedAt !== undefined && Date.now() - provedAt <= maxAgeSeconds * 1_000 + graceMs
}
