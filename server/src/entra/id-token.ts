import { errors, type JWTPayload, jwtVerify } from 'jose'
import { type Static, Type } from 'typebox'
import { isGuid } from '../config/guid.ts'
import { Authentication, authenticationIn } from './authentication.ts'
import type { EntraContext } from './context.ts'
import { EntraFailure } from './failures.ts'
import { RolesAndGroups, rolesAndGroupsOf } from './roles-and-groups.ts'
import type { SigningKey } from './signing-keys.ts'

/** Claims of a validated ID token. `tid` and `oid` together identify a user. */
export const IdTokenClaims = Type.Object({
  oid: Type.String(),
  tid: Type.String(),
  iss: Type.String(),
  name: Type.String(),
  username: Type.String(),
  sid: Type.Optional(Type.String()),
  loginHint: Type.Optional(Type.String()),
  ...RolesAndGroups.properties,
  authentication: Type.Optional(Authentication),
})
export type IdTokenClaims = Static<typeof IdTokenClaims>

/** How far Entra's clock and this server's clock may differ. */
const clockToleranceSeconds = 300

/**
 * Makes the checks that MSAL leaves out: signature, issuer, audience, times, nonce and tenant.
 * Source: OpenID Connect Core section 3.1.3.7; Microsoft, "Validate tokens" for multi-tenant issuers.
 * @param nonce the nonce of the request; if undefined, the token must have no nonce
 * @throws {EntraFailure} `id_token_invalid`, `nonce_mismatch`, `tenant_not_allowed`, `unavailable`
 */
export async function validateIdToken(
  token: string,
  nonce: string | undefined,
  { settings, readDiscovery, findSigningKey }: EntraContext,
): Promise<IdTokenClaims> {
  const { clientId, allowedTenants } = settings
  const discovery = await readDiscovery()
  const findKey = (keyId: string) => findSigningKey(discovery.jwksUri, keyId)
  const { claims, keyIssuer } = await verify(token, clientId, findKey)
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
  if ('azp' in claims && claims['azp'] !== clientId) throw invalid('azp is another app')
  if (claims['nonce'] !== nonce) {
    throw new EntraFailure('nonce_mismatch', 'the ID token is not for this sign-in')
  }
  if (allowedTenants.length > 0 && !allowedTenants.includes(tid)) {
    throw new EntraFailure('tenant_not_allowed', `tenant ${tid} is not in ALLOWED_TENANTS`)
  }
  return { iss: issuer, ...displayClaims(claims, tid, oid), ...rolesAndGroupsOf(claims) }
}

async function verify(
  token: string,
  clientId: string,
  findKey: (keyId: string) => Promise<SigningKey | undefined>,
): Promise<{ claims: JWTPayload; keyIssuer: string | undefined }> {
  let keyIssuer: string | undefined
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        // Only a named key has an issuer that can be checked.
        if (typeof kid !== 'string') throw invalid('no kid names the signing key')
        const found = await findKey(kid)
        if (!found) throw invalid('signed with a key that Entra does not publish')
        keyIssuer = found.issuer
        return found.key
      },
      {
        algorithms: ['RS256'],
        audience: clientId,
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
    throw new EntraFailure('unavailable', 'the signing keys cannot be fetched', { cause: error })
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
  const authentication = authenticationIn(claims)
  return {
    tid,
    oid,
    username,
    name: text('name') ?? username,
    ...(sid && { sid }),
    ...(loginHint && { loginHint }),
    ...(authentication && { authentication }),
  }
}

function invalid(detail: string, cause?: unknown): EntraFailure {
  return new EntraFailure('id_token_invalid', detail, { cause })
}
