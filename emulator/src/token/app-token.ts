import { createHash, randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import { graphAudienceOf } from '../directory/clouds.ts'
import { personal, type Tenant, type TenantExchange } from '../directory/tenants.ts'
import { EntraError } from '../errors/entra-error.ts'
import { requiredParameter } from '../errors/parameters.ts'
import { parseScope } from '../scopes/requested-scopes.ts'
import type { Resource } from '../scopes/resources.ts'
import type { EntraState } from '../state.ts'
import { accessTokenSeconds } from './access-token-lifetime.ts'
import { authenticateClient, missingSecret } from './client-authentication.ts'
import { timeClaims } from './common-claims.ts'

/**
 * Answers a request for a token of the app itself (RFC 6749 section 4.4). Every app with a credential
 * gets one, also without application permissions: the token then has no `roles`
 * (MicrosoftDocs/azure-docs#81503 and #50935).
 */
export async function appTokenAnswer(state: EntraState, exchange: TenantExchange) {
  const tenant = tenantIn(exchange)
  const { clientId, clientSecret } = authenticateClient(state.clients, exchange, false)
  if (clientSecret === undefined) throw missingSecret()
  const resource = resourceIn(state, requiredParameter(exchange.form, 'scope'))
  const lifetimeSeconds = accessTokenSeconds(state.lifetimes, false)
  const { newest } = state.keys
  const { kid } = newest.publicJwk
  const claims = { ...claimsOf(state, tenant, clientId, resource), ...timeClaims(lifetimeSeconds) }
  return {
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    access_token: await new SignJWT(claims)
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid, x5t: kid })
      .sign(newest.privateKey),
  }
}

/** An app has no account that would tell the tenant (AzureAD/microsoft-identity-web#462). */
function tenantIn({ authority }: TenantExchange): Tenant {
  if (authority.kind === 'tenant' && authority.tenant !== personal) return authority.tenant
  throw new EntraError(
    'invalid_request',
    50059,
    'No tenant-identifying information found in either the request or implied by any provided credentials.',
  )
}

/** Only `.default` is a scope here (MicrosoftDocs/azure-docs#99862). */
function resourceIn(state: EntraState, scope: string): Resource {
  if (/^\S+\/\.default$/i.test(scope)) return parseScope(state, scope).resource.resource
  throw new EntraError(
    'invalid_scope',
    1002012,
    `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  )
}

function claimsOf(state: EntraState, { id }: Tenant, clientId: string, resource: Resource) {
  const oid = servicePrincipalId(id, clientId)
  const common = { oid, sub: oid, tid: id, uti: randomBytes(16).toString('base64url') }
  if (resource.kind === 'api') {
    const iss = `${state.origin}/${id}/v2.0`
    return { ...common, ver: '2.0', aud: resource.clientId, iss, azp: clientId, azpacr: '1' }
  }
  const iss = `https://sts.windows.net/${id}/`
  const app = { appid: clientId, appidacr: '1', idtyp: 'app' }
  return { ...common, ...app, ver: '1.0', aud: graphAudienceOf(state), iss }
}

/** The object id of the app in a tenant. */
function servicePrincipalId(tenantId: string, clientId: string): string {
  const hex = createHash('sha256').update(`${tenantId}|${clientId}`).digest('hex')
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
