import { createHash, randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import { findUser, type SampleUser } from '../directory.ts'
import { epochSeconds } from '../lifetimes.ts'
import type { Authorization } from './authorization.ts'
import { isPublic } from './client-authentication.ts'
import { graphAudienceOf } from './clouds.ts'
import { consentMissing, EntraError } from './errors.ts'
import type { RequestedScopes } from './scopes.ts'
import type { EntraState } from './state.ts'
import { accessTokenSeconds, answersClaimsChallenges } from './token-lifetime.ts'

const short = (...parts: string[]) =>
  createHash('sha256').update(parts.join('|')).digest('base64url')

const base64url = (value: string) => Buffer.from(value).toString('base64url')

/** The opaque `login_hint` claim of a user. */
const loginHintOf = (user: SampleUser): string => `O.${base64url(`hint:${user.id}`)}`

interface Grounds {
  state: EntraState
  authorization: Authorization
  user: SampleUser
  request: RequestedScopes
  /** The client answers claims challenges, as Graph sends them: its token lives longer. */
  isLong: boolean
}

function timesFor(lifetime: number) {
  const now = epochSeconds()
  return { iat: now, nbf: now, exp: now + lifetime }
}

function aboutUser({ authorization, user }: Grounds) {
  return {
    oid: user.id,
    sub: short(user.id, authorization.clientId),
    tid: user.tenantId,
    rh: `1.${short(user.tenantId, authorization.clientId)}.`,
    uti: randomBytes(16).toString('base64url'),
  }
}

function optionalClaims({ state, authorization, user }: Grounds) {
  const registered = state.clients.find(authorization.clientId)?.optionalIdTokenClaims ?? []
  return {
    ...(registered.includes('sid') && { sid: authorization.sid }),
    ...(registered.includes('login_hint') && { login_hint: loginHintOf(user) }),
  }
}

function idToken(grounds: Grounds): Promise<string> {
  const { state, authorization, user } = grounds
  const claims = {
    ver: '2.0',
    iss: `${state.origin}/${user.tenantId}/v2.0`,
    aud: authorization.clientId,
    ...timesFor(state.lifetimes.idToken),
    ...aboutUser(grounds),
    ...(authorization.request.openid.includes('profile') && {
      name: user.displayName,
      preferred_username: user.username,
    }),
    ...optionalClaims(grounds),
    ...(authorization.request.openid.includes('email') && { email: user.username }),
    ...(authorization.nonce !== undefined && { nonce: authorization.nonce }),
  }
  return state.idTokens.sign(claims, authorization.clientId)
}

/** `0` for a public client, `1` for a client secret. */
function credentialKind({ state, authorization }: Grounds): string {
  const client = state.clients.find(authorization.clientId)
  return client && isPublic(client, authorization.byDevice === true) ? '0' : '1'
}

/** Graph's tokens have the shape of version 1, those for the client's own API of version 2. */
function accessClaims(grounds: Grounds, scopes: string[]) {
  const { state, authorization, user, request } = grounds
  if (request.resource.kind === 'api') {
    return {
      ver: '2.0',
      aud: request.resource.clientId,
      iss: `${state.origin}/${user.tenantId}/v2.0`,
      azp: authorization.clientId,
      azpacr: credentialKind(grounds),
      name: user.displayName,
      preferred_username: user.username,
      sid: authorization.sid,
      scp: scopes.join(' '),
    }
  }
  return {
    ver: '1.0',
    aud: graphAudienceOf(state),
    iss: `https://sts.windows.net/${user.tenantId}/`,
    appid: authorization.clientId,
    appidacr: credentialKind(grounds),
    name: user.displayName,
    idtyp: 'user',
    upn: user.username,
    unique_name: user.username,
    scp: scopeText(grounds, scopes),
    ...(grounds.isLong && { xms_cc: ['CP1'] }),
  }
}

function accessToken(grounds: Grounds, scopes: string[], seconds: number): Promise<string> {
  const { key } = grounds.state
  const { kid } = key.publicJwk
  return new SignJWT({
    ...timesFor(seconds),
    ...aboutUser(grounds),
    ...accessClaims(grounds, scopes),
  })
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid, x5t: kid })
    .sign(key.privateKey)
}

function grantedScopes({ state, authorization, request }: Grounds): string[] {
  const consented = state.consents.grantedFor(
    authorization.userId,
    authorization.clientId,
    request.resource,
  )
  return [...new Set([...request.scopes, ...consented])]
}

function scopeText({ authorization, request }: Grounds, scopes: string[]): string {
  const basic = authorization.request.openid.filter((scope) => scope !== 'offline_access')
  const { resource } = request
  if (resource.kind === 'graph') return [...basic, ...scopes].join(' ')
  return scopes.map((scope) => `api://${resource.clientId}/${scope}`).join(' ')
}

/** What a token request adds to the sign-in that it redeems. */
export interface TokenRequest {
  /** Scopes other than those of the sign-in. */
  request?: RequestedScopes
  /** Its parameters; `claims` and `client_info` shape the answer. */
  form: URLSearchParams
}

/**
 * The answer of the token endpoint for one sign-in.
 *
 * @throws EntraError (65001) when the user has not consented to a scope asked for.
 */
export async function tokenAnswer(
  state: EntraState,
  authorization: Authorization,
  { request = authorization.request, form }: TokenRequest,
) {
  const user = findUser(authorization.userId)
  if (!user) throw new EntraError('invalid_grant', 50034, 'The user account does not exist.')
  const { userId, clientId } = authorization
  const wanted = { ...request, openid: [] }
  if (state.consents.missing(userId, clientId, wanted).length > 0) throw consentMissing(clientId)
  const isLong = request.resource.kind === 'graph' && answersClaimsChallenges(form.get('claims'))
  const grounds = { state, authorization, user, request, isLong }
  const scopes = grantedScopes(grounds)
  const seconds = accessTokenSeconds(state.lifetimes, isLong)
  const has = (scope: string) => authorization.request.openid.includes(scope)
  return {
    token_type: 'Bearer',
    scope: scopeText(grounds, scopes),
    expires_in: seconds,
    ext_expires_in: seconds,
    access_token: await accessToken(grounds, scopes, seconds),
    ...(has('offline_access') && {
      refresh_token: state.refreshTokens.issue(authorization, state.lifetimes.refreshToken),
    }),
    ...(has('openid') && { id_token: await idToken(grounds) }),
    ...(form.get('client_info') === '1' && {
      client_info: base64url(JSON.stringify({ uid: user.id, utid: user.tenantId })),
    }),
  }
}
