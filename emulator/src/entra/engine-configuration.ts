import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { adapterFactory } from './adapter.ts'
import type { Provider } from './oidc-provider.ts'
import type { EntraState } from '../state.ts'

export const cookieName = 'entra_emulator_engine'
/** What travels through oidc-provider besides the request itself. */
export const params = { grantId: 'emulator_grant', mode: 'emulator_response_mode' }
export const paths = { authorization: '/engine/authorize', token: '/engine/token' }

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

type ProviderInstance = InstanceType<typeof Provider>

/** oidc-provider with everything off that is decided elsewhere. */
export function configuration(
  state: EntraState,
  provider: () => ProviderInstance,
  renderError: NonNullable<Configuration['renderError']>,
): Configuration {
  return {
    adapter: adapterFactory(state.clients),
    jwks: { keys: [state.key.privateJwk] },
    routes: paths,
    scopes: ['openid'],
    extraParams: Object.values(params),
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    cookies: { names: { session: cookieName } },
    pkce: { required: () => false },
    responseTypes: ['code'],
    clientBasedCORS: () => false,
    issueRefreshToken: () => Promise.resolve(false),
    // The engine's session lives for one request; a code must outlive it.
    expiresWithSession: () => Promise.resolve(false),
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    loadExistingGrant: (ctx) => grantFor(provider(), ctx),
    ttl: {
      AuthorizationCode: () => state.lifetimes.authorizationCode,
      AccessToken: 60,
      IdToken: 60,
      Grant: 24 * 3600,
      Session: 60,
      Interaction: 60,
    },
    interactions: { policy: [] as never },
    renderError,
  }
}

/** The consent oidc-provider wants to see: given, under the id of the sign-in. */
async function grantFor(provider: ProviderInstance, { oidc }: KoaContextWithOIDC) {
  const id = text(oidc.params?.[params.grantId])
  const accountId = oidc.account?.accountId
  const clientId = oidc.client?.clientId
  if (id === undefined || accountId === undefined || clientId === undefined) return undefined
  const grant = new provider.Grant({ accountId, clientId })
  grant.jti = id
  grant.addOIDCScope('openid')
  await grant.save()
  return grant
}
