import { SignJWT } from 'jose'
import { isPublic } from './client-authentication.ts'
import { graphAudienceOf } from '../directory/clouds.ts'
import { aboutUser, timesFor, type Grounds } from './common-claims.ts'

/** Entra adds every scope of the resource that the user has consented to before. */
export function grantedScopes({ state, authorization, request }: Grounds): string[] {
  const consented = state.consents.grantedFor(
    authorization.userId,
    authorization.clientId,
    request.resource,
  )
  return [...new Set([...request.scopes, ...consented])]
}

/** The `scope` of the answer: an API's scopes by their full names. */
export function scopeText({ authorization, request }: Grounds, scopes: string[]): string {
  const basic = authorization.request.openid.filter((scope) => scope !== 'offline_access')
  const { resource } = request
  if (resource.kind === 'graph') return [...basic, ...scopes].join(' ')
  return scopes.map((scope) => `api://${resource.clientId}/${scope}`).join(' ')
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

export function accessToken(grounds: Grounds, scopes: string[], seconds: number): Promise<string> {
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
