import { createHash, randomBytes } from 'node:crypto'
import type { SampleUser } from '../directory/users.ts'
import { epochSeconds } from '../lifetimes.ts'
import type { EntraState } from '../state.ts'
import type { Granted } from './grant.ts'

/** What the tokens of one answer are made from. */
export interface TokenContent extends Granted {
  state: EntraState
  user: SampleUser
  /** Whether the access token lives longer: it is for Graph, and the client declares `CP1`. */
  isLong: boolean
}

export function timeClaims(lifetimeSeconds: number) {
  const now = epochSeconds()
  return { iat: now, nbf: now, exp: now + lifetimeSeconds }
}

/** The claims about the user that ID tokens and access tokens share. */
export function userClaims({ state, signIn, user }: TokenContent) {
  return {
    oid: user.id,
    sub: digest(user.id, signIn.clientId),
    tid: user.tenantId,
    rh: state.revocations.handleOf(user, signIn.clientId),
    uti: randomBytes(16).toString('base64url'),
  }
}

function digest(...parts: string[]): string {
  return createHash('sha256').update(parts.join('|')).digest('base64url')
}
