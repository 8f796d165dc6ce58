import { contoso, type Authority } from '../directory.ts'
import { json, type Reply } from '../http/replies.ts'
import type { EntraState } from './state.ts'

const claims =
  'sub iss cloud_instance_name cloud_instance_host_name cloud_graph_host_name msgraph_host aud exp iat auth_time acr nonce preferred_username name tid ver at_hash c_hash email'

/** The issuer's tenant: for `common` and `organizations` Entra writes a literal placeholder. */
const issuerTenant = (authority: Authority) =>
  authority.kind === 'tenant' ? authority.tenant.id : '{tenantid}'

/** The OpenID configuration of one authority, member by member as Entra has it. */
export function discoveryDocument(state: EntraState, authority: Authority): Reply {
  const { origin, graphOrigin } = state
  const segment = authority.kind === 'tenant' ? authority.tenant.id : authority.alias
  const base = `${origin}/${segment}`
  return json(200, {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${origin}/${issuerTenant(authority)}/v2.0`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${graphOrigin}/oidc/userinfo`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: claims.split(' '),
    tenant_region_scope: authority.kind === 'tenant' ? 'EU' : null,
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: new URL(graphOrigin).host,
    rbac_url: 'https://pas.windows.net',
  })
}

/** The public keys. A key's `issuer` is a template unless the key belongs to one tenant. */
export function keysDocument({ origin, key }: EntraState): Reply {
  return json(200, { keys: [{ ...key.publicJwk, issuer: `${origin}/{tenantid}/v2.0` }] })
}

/** The answer MSAL asks of an unknown authority, for whoever points it here. */
export function instanceDiscovery({ origin }: EntraState): Reply {
  const { host } = new URL(origin)
  return json(200, {
    tenant_discovery_endpoint: `${origin}/${contoso.id}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  })
}
