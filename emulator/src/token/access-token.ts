import { SignJWT } from 'jose'
import { graphAudienceOf } from '../directory/clouds.ts'
import { isPublic } from './client-authentication.ts'
import { timeClaims, userClaims, type TokenContent } from './common-claims.ts'
import { rolesAndGroups } from './roles-and-groups.ts'

/** The scopes of an access token. Entra adds each consented scope of the resource to the requested ones. */
export function grantedScopes({ state, signIn, requested }: TokenContent): string[] {
  const { userId, clientId } = signIn
  const consented = state.consents.grantedFor(userId, clientId, requested.resource)
  return [...new Set([...requested.scopes, ...consented])]
}

/** The `scope` of a token response, where an API's scopes have their full names. */
export function scopeText({ signIn, requested }: TokenContent, scopes: string[]): string {
  const openid = signIn.requested.openid.filter((scope) => scope !== 'offline_access')
  const { resource } = requested
  if (resource.kind === 'graph') return [...openid, ...scopes].join(' ')
  return scopes.map((scope) => `api://${resource.clientId}/${scope}`).join(' ')
}

/** `azpacr` or `appidacr`: `0` for a public client, `1` for a client secret. */
function credentialKind({ state, signIn }: TokenContent): string {
  const client = state.clients.find(signIn.clientId)
  return client && isPublic(client, signIn.byDevice === true) ? '0' : '1'
}

/** Access tokens for an app's API have the shape of version 2. */
function apiClaims(content: TokenContent, clientId: string, scopes: string[]) {
  const { state, signIn, user } = content
  return {
    ver: '2.0',
    aud: clientId,
    iss: `${state.origin}/${user.tenantId}/v2.0`,
    azp: signIn.clientId,
    azpacr: credentialKind(content),
    name: user.displayName,
    preferred_username: user.username,
    sid: signIn.sid,
    scp: scopes.join(' '),
    ...rolesAndGroups(content, clientId),
  }
}

/** Access tokens for Graph have the shape of version 1. */
function graphClaims(content: TokenContent, scopes: string[]) {
  const { state, signIn, user } = content
  return {
    ver: '1.0',
    aud: graphAudienceOf(state),
    iss: `https://sts.windows.net/${user.tenantId}/`,
    appid: signIn.clientId,
    appidacr: credentialKind(content),
    name: user.displayName,
    idtyp: 'user',
    upn: user.username,
    unique_name: user.username,
    scp: scopeText(content, scopes),
    ...(content.isLong && { xms_cc: ['CP1'] }),
  }
}

export function accessToken(
  content: TokenContent,
  scopes: string[],
  lifetimeSeconds: number,
): Promise<string> {
  const { newest } = content.state.keys
  const { kid } = newest.publicJwk
  const { resource } = content.requested
  return new SignJWT({
    ...timeClaims(lifetimeSeconds),
    ...userClaims(content),
    ...(resource.kind === 'api'
      ? apiClaims(content, resource.clientId, scopes)
      : graphClaims(content, scopes)),
  })
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid, x5t: kid })
    .sign(newest.privateKey)
}
