import { cloudOf } from '../directory/clouds.ts'
import { authorityName, type TenantExchange } from '../directory/tenants.ts'
import { EntraError } from '../errors/entra-error.ts'
import { requiredParameter } from '../errors/parameters.ts'
import type { Exchange } from '../http/exchange.ts'
import { json, type Reply } from '../http/reply.ts'
import { tenantPaths, userinfoPath } from '../paths.ts'
import type { EntraState } from '../state.ts'

const claims =
  'sub iss cloud_instance_name cloud_instance_host_name cloud_graph_host_name msgraph_host aud exp iat auth_time acr nonce preferred_username name tid ver at_hash c_hash email'

/** The members of an OpenID configuration that are the same for each authority. */
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
  const token = `${base}/${tenantPaths.token}`
  return {
    token_endpoint: token,
    jwks_uri: `${base}/${tenantPaths.keys}`,
    userinfo_endpoint: `${graphOrigin}${userinfoPath}`,
    authorization_endpoint: `${base}/${tenantPaths.authorize}`,
    device_authorization_endpoint: `${base}/${tenantPaths.deviceCode}`,
    end_session_endpoint: `${base}/${tenantPaths.logout}`,
    kerberos_endpoint: `${base}/${tenantPaths.kerberos}`,
    // RFC 8705 section 5. Entra's own configuration has another host here.
    mtls_endpoint_aliases: { token_endpoint: token },
  }
}

/** The OpenID configuration of an authority, with the members that Entra has. */
export function openidConfiguration(state: EntraState, { authority }: TenantExchange): Reply {
  const { origin, graphOrigin } = state
  const tenant = authority.kind === 'tenant' ? authority.tenant.id : undefined
  const cloud = cloudOf(state)
  return json(200, {
    ...capabilities,
    ...endpointsAt(`${origin}/${tenant ?? authorityName(authority)}`, graphOrigin),
    // For `common` and `organizations` Entra sends the literal text `{tenantid}`.
    issuer: `${origin}/${tenant ?? '{tenantid}'}/v2.0`,
    tenant_region_scope: tenant === undefined ? null : 'EU',
    cloud_instance_name: cloud.instance,
    cloud_graph_host_name: cloud.azureGraph,
    msgraph_host: new URL(graphOrigin).host,
    rbac_url: 'https://pas.windows.net',
  })
}

/** The public keys. Their issuer has a placeholder, since all tenants use the same keys. */
export function keys({ origin, keys }: EntraState): Reply {
  const issuer = `${origin}/{tenantid}/v2.0`
  return json(200, { keys: keys.published.map(({ publicJwk }) => ({ ...publicJwk, issuer })) })
}

/** What MSAL asks about an authority: the address of its OpenID configuration, and its host's aliases. */
export function instanceDiscovery({ origin }: EntraState, { query }: Exchange): Reply {
  const asked = requiredParameter(query, 'authorization_endpoint')
  const { host } = new URL(origin)
  if (!URL.canParse(asked) || new URL(asked).host !== host) {
    throw new EntraError('invalid_instance', 50049, 'Unknown or invalid instance.')
  }
  const [, tenant = ''] = new URL(asked).pathname.split('/')
  return json(200, {
    tenant_discovery_endpoint: `${origin}/${tenant}/${tenantPaths.openidConfiguration}`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  })
}

/** Always fails: this endpoint exists only because the OpenID configuration names it. */
export function kerberos(): never {
  throw new EntraError('invalid_request', 90000, 'The emulator issues no Kerberos tickets.')
}
