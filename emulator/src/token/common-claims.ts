import { createHash, randomBytes } from 'node:crypto'
import type { SampleUser } from '../directory/users.ts'
import { epochSeconds } from '../lifetimes.ts'
import type { Authorization } from '../grants/sign-in.ts'
import type { RequestedScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'

/** What the tokens of one answer are made from. */
export interface Grounds {
  state: EntraState
  authorization: Authorization
  user: SampleUser
  request: RequestedScopes
  /** The client answers claims challenges, as Graph sends them: its token lives longer. */
  isLong: boolean
}

export function timesFor(lifetime: number) {
  const now = epochSeconds()
  return { iat: now, nbf: now, exp: now + lifetime }
}

/** The claims of ID tokens and access tokens alike. */
export function aboutUser({ authorization, user }: Grounds) {
  return {
    oid: user.id,
    sub: short(user.id, authorization.clientId),
    tid: user.tenantId,
    rh: `1.${short(user.tenantId, authorization.clientId)}.`,
    uti: randomBytes(16).toString('base64url'),
  }
}

function short(...parts: string[]): string {
  return createHash('sha256').update(parts.join('|')).digest('base64url')
}
