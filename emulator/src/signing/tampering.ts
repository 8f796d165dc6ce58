import type { JWTPayload } from 'jose'

export type IdTokenClaims = JWTPayload & Record<string, unknown>

/** A function that returns the claims to sign, or changes its argument in place. */
export type ChangeClaims = (claims: IdTokenClaims) => unknown

export interface TamperOptions {
  /** The forged `alg`: `none`, an HMAC algorithm with the client id as its key, or an RSA algorithm. */
  alg?: string
  /** Signs with an unpublished key, under the `kid` of the published one. */
  otherKey?: boolean
}

export interface Tampering extends TamperOptions {
  change: ChangeClaims
}

/** The claims that `change` returns, or, when `change` returns no object, `claims` as changed. */
export function changedClaims(claims: IdTokenClaims, change: ChangeClaims): IdTokenClaims {
  const returned = change(claims)
  return typeof returned === 'object' && returned !== null ? { ...returned } : claims
}
