import { errors, type JWTPayload, jwtVerify } from 'jose'
import { type Static, Type } from 'typebox'
import { isGuid } from '../config/guid.ts'
import type { Discovery } from './discovery.ts'
import { EntraFailure } from './failures.ts'
import type { SigningKeys } from './signing-keys.ts'

/** Claims of a validated ID token. (`tid`, `oid`) identify a user; the others are for display. */
export const IdTokenClaims = Type.Object({
  oid: Type.String(),
  tid: Type.String(),
  iss: Type.String(),
  name: Type.String(),
  username: Type.String(),
  sid: Type.Optional(Type.String()),
  loginHint: Type.Optional(Type.String()),
})
export type IdTokenClaims = Static<typeof IdTokenClaims>

export interface IdTokenExpectations {
  clientId: string
  /** Undefined when no nonce was sent: then the ID token must have none. */
  nonce: string | undefined
  /** Tenant ids; an empty list allows every tenant of the issuer. */
  allowedTenants: readonly string[]
}

/** How far Entra's clock and this server's may differ. */
const clockToleranceSeconds = 300

/**
 * Checks what MSAL does not: signature, issuer, audience, times, nonce and tenant.
 * OpenID Connect Core section 3.1.3.7; Microsoft, "Validate tokens" for multi-tenant issuers.
 * @throws {EntraFailure} `id_token_invalid`, `nonce_mismatch`, `tenant_not_allowed`, `unavailable`
 */
export async function validateIdToken(
  token: string,
  expected: IdTokenExpectations,
  discovery: Discovery,
  keys: SigningKeys,
): Promise<IdTokenClaims> {
  const { claims, keyIssuer } = await verify(token, expected, discovery, keys)
  const { tid, oid } = claims
  if (typeof tid !== 'string' || !isGuid(tid)) throw invalid('tid is not a GUID')
  if (typeof oid !== 'string' || oid === '') throw invalid('oid is missing')
  const issuer = discovery.issuer.replace('{tenantid}', tid)
  if (claims.iss !== issuer || !issuer.includes(`/${tid}/`)) {
    throw invalid('iss is not that of the tenant in tid')
  }
  if (keyIssuer && keyIssuer.replace('{tenantid}', tid) !== issuer) {
    throw invalid('signed with a key of another issuer')
  }
  if ('azp' in claims && claims['azp'] !== expected.clientId) throw invalid('azp is another app')
  if (claims['nonce'] !== expected.nonce) {
    throw new EntraFailure('nonce_mismatch', 'the ID token is not for this sign-in')
  }
  if (expected.allowedTenants.length > 0 && !expected.allowedTenants.includes(tid)) {
    throw new EntraFailure('tenant_not_allowed', `tenant ${tid} is not in ALLOWED_TENANTS`)
  }
  return { iss: issuer, ...displayClaims(claims, tid, oid) }
}

async function verify(
  token: string,
  expected: IdTokenExpectations,
  discovery: Discovery,
  keys: SigningKeys,
): Promise<{ claims: JWTPayload; keyIssuer: string | undefined }> {
  let keyIssuer: string | undefined
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        // Without a name there is no key whose issuer could be checked.
        if (typeof kid !== 'string') throw invalid('no kid names the signing key')
        const found = await keys.find(discovery.jwksUri, kid)
        if (!found) throw invalid('signed with a key that Entra does not publish')
        keyIssuer = found.issuer
        return found.key
      },
      {
        algorithms: ['RS256'],
        audience: expected.clientId,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
        currentDate: new Date(),
      },
    )
    if (Array.isArray(payload.aud)) throw invalid('more than one audience')
    const latest = Date.now() / 1_000 + clockToleranceSeconds
    if (payload.iat === undefined || payload.iat > latest) throw invalid('iat is in the future')
    return { claims: payload, keyIssuer }
  } catch (error) {
    if (error instanceof EntraFailure) throw error
    if (error instanceof errors.JOSEError) throw invalid(error.message, error)
    throw new EntraFailure('unavailable', 'the signing keys cannot be had', { cause: error })
  }
}

function displayClaims(claims: JWTPayload, tid: string, oid: string): Omit<IdTokenClaims, 'iss'> {
  const text = (name: string): string | undefined => {
    const value = claims[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const username = text('preferred_username') ?? text('email') ?? oid
  const sid = text('sid')
  const loginHint = text('login_hint')
  return {
    tid,
    oid,
    username,
    name: text('name') ?? username,
    ...(sid && { sid }),
    ...(loginHint && { loginHint }),
  }
}

function invalid(detail: string, cause?: unknown): EntraFailure {
  return new EntraFailure('id_token_invalid', detail, { cause })
}
