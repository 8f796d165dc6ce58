import { signInErrorCodes } from '@entra-bff/shared'
import { type Static, Type } from 'typebox'
import { ClientKind } from '../../entra/client-kind.ts'
import { EntraFacts, EntraFailure } from '../../entra/failures.ts'
import { IdTokenClaims } from '../../entra/id-token.ts'
import { toSignInFailure } from '../failure.ts'

const Outcome = Type.Union([
  Type.Object({ kind: Type.Literal('pending') }),
  Type.Object({
    kind: Type.Literal('ready'),
    claims: IdTokenClaims,
    refreshToken: Type.String(),
  }),
  /** A request is making a session of the login. If Entra is unavailable, the login is ready again. */
  Type.Object({ kind: Type.Literal('used') }),
  Type.Object({
    kind: Type.Literal('failed'),
    code: Type.Enum(signInErrorCodes),
    reason: Type.String(),
    facts: EntraFacts,
    ref: Type.String(),
  }),
])
export type Outcome = Static<typeof Outcome>

/** A device login (RFC 8628) as it is stored. Times are milliseconds since the epoch. */
export const DeviceLoginRecord = Type.Object({
  deviceCode: Type.String(),
  /** The kind of client that Entra accepts for this code. */
  client: ClientKind,
  userCode: Type.String(),
  verificationUri: Type.String(),
  message: Type.String(),
  /** Seconds between two polls. */
  interval: Type.Number(),
  /** Time of the earliest next poll. A process reserves the poll by moving this time forward. */
  nextPollAt: Type.Number(),
  expiresAt: Type.Number(),
  outcome: Outcome,
})
export type DeviceLoginRecord = Static<typeof DeviceLoginRecord>

/** Whether the login can still become a session. */
export function isOpen({ outcome, expiresAt }: DeviceLoginRecord): boolean {
  return (outcome.kind === 'pending' || outcome.kind === 'ready') && expiresAt > Date.now()
}

export function failedBy(error: unknown): Outcome {
  const { code, message: reason, facts, ref } = toSignInFailure(error)
  return { kind: 'failed', code, reason, facts, ref }
}

/** True for a temporary failure: the same request can succeed later. */
export function isUnavailable(error: unknown): error is EntraFailure {
  return error instanceof EntraFailure && error.reason === 'unavailable'
}
