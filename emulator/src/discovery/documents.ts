import type { Authority } from '../directory/users.ts'
import { userinfoPath } from '../graph/userinfo.ts'
import type { Exchange } from '../http/exchange.ts'
import { json, type Reply } from '../http/reply.ts'
import { cloudOf } from '../directory/clouds.ts'
import { EntraError, missingParameter } from '../errors/entra-error.ts'
import type { EntraState } from '../state.ts'

const claims =
  'sub iss cloud_instance_name cloud_instance_host_name cloud_graph_host_name msgraph_host aud exp iat auth_time acr nonce preferred_username name tid ver at_hash c_hash email'

/** What Entra says of itself in every document. */
const capabilities = {
  token_endpoint_auth_methods_supported: [
    'client_secret_post',
    'private_key_jwt',
    'client_secret_basic',
    'self_signed_tls_client_auth',
  ],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
  scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  request_uri_parameter_supported: false,
  http_logout_supported: true,
  frontchannel_logout_supported: true,
  claims_supported: claims.split(' '),
  tls_client_certificate_bound_access_tokens: true,
}

function endpointsAt(base: string, graphOrigin: string) {
  const token = `${base}/oauth2/v2.0/token`
  return {
    token_endpoint: token,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    userinfo_endpoint: `${graphOrigin}${userinfoPath}`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    kerberos_endpoint: `${base}/kerberos`,
    // RFC 8705 section 5. Entra has a host of its own for it.
    mtls_endpoint_aliases: { token_endpoint: token },
  }
}

/** The issuer's tenant: for `common` and `organizations` Entra writes a literal placeholder. */
const issuerTenant = (authority: Authority) =>
  authority.kind === 'tenant' ? authority.tenant.id : '{tenantid}'

/** The OpenID configuration of one authority, member by member as Entra has it. */
export function discoveryDocument(state: EntraState, authority: Authority): Reply {
  const { origin, graphOrigin } = state
  const segment = authority.kind === 'tenant' ? authority.tenant.id : authority.alias
  const cloud = cloudOf(state)
  return json(200, {
    ...capabilities,
    ...endpointsAt(`${origin}/${segment}`, graphOrigin),
    issuer: `${origin}/${issuerTenant(authority)}/v2.0`,
    tenant_region_scope: authority.kind === 'tenant' ? 'EU' : null,
    cloud_instance_name: cloud.instance,
    cloud_graph_host_name: cloud.azureGraph,
    msgraph_host: new URL(graphOrigin).host,
    rbac_url: 'https://pas.windows.net',
  })
}

/** The public keys. A key's `issuer` is a template unless the key belongs to one tenant. */
export function keysDocument({ origin, key }: EntraState): Reply {
  return json(200, { keys: [{ ...key.publicJwk, issuer: `${origin}/{tenantid}/v2.0` }] })
}

/** What MSAL asks about an authority: where its document is, and by which names it goes. */
export function instanceDiscovery({ origin }: EntraState, { query }: Exchange): Reply {
  const asked = query.get('authorization_endpoint')
  if (!asked) throw missingParameter('authorization_endpoint')
  const { host } = new URL(origin)
  if (!URL.canParse(asked) || new URL(asked).host !== host) {
    throw new EntraError('invalid_instance', 50049, 'Unknown or invalid instance.')
  }
  const [, tenant = ''] = new URL(asked).pathname.split('/')
  return json(200, {
    tenant_discovery_endpoint: `${origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  })
}
