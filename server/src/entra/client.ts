import type { Prompt } from '@entra-bff/shared'
import type { EntraSettings } from '../config/entra.ts'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { askAs, type ClientKind } from './client-kind.ts'
import { DeviceCodeClient } from './device-code.ts'
import { DiscoveryDocument } from './discovery.ts'
import { EntraFailure } from './failures.ts'
import { EntraHttp } from './http.ts'
import { type IdTokenClaims, validateIdToken } from './id-token.ts'
import { type Msal, MsalApplications } from './msal-applications.ts'
import { translateMsalError } from './msal-errors.ts'
import { SigningKeys } from './signing-keys.ts'
import {
  type AccessToken,
  type AccessTokenRequest,
  silentToken,
  takenFrom,
  type TokenCache,
} from './token-cache.ts'

export interface AuthorizeRequest {
  redirectUri: string
  scopes: string[]
  state: string
  nonce: string
  /** S256 of the PKCE verifier (RFC 7636). */
  codeChallenge: string
  prompt: Prompt | undefined
  loginHint: string | undefined
  domainHint: string | undefined
  /** What the sign-in must fulfil, as Entra or an API said (OpenID Connect Core section 5.5). */
  claims: string | undefined
}

export interface CodeGrant {
  code: string
  redirectUri: string
  scopes: string[]
  nonce: string
  /** PKCE verifier. */
  codeVerifier: string
}

/** Microsoft Entra ID, as a client of one authority sees it. */
export class EntraClient {
  readonly #settings: EntraSettings
  readonly #http: EntraHttp
  readonly #keys: SigningKeys
  readonly #discovery: DiscoveryDocument
  readonly #applications: MsalApplications
  /** Sign-in on another device. */
  readonly device: DeviceCodeClient
  /** Whose pages sign people in and out. */
  readonly origin: string

  /** @param onStale told when a document of Entra cannot be fetched and an old one stays in use */
  constructor(
    settings: EntraSettings,
    proxy: ProxySettings,
    onStale: (failure: EntraFailure) => void,
  ) {
    this.#settings = settings
    this.#http = new EntraHttp(proxy)
    this.origin = new URL(settings.authority).origin
    this.#keys = new SigningKeys(this.#http, onStale)
    this.#discovery = new DiscoveryDocument(settings.authority, this.#http, onStale)
    this.#applications = new MsalApplications(settings, this.#http, this.#discovery)
    this.device = new DeviceCodeClient(settings, this.#http, this.#discovery, this.#keys)
  }

  /** Whether the addresses of the authority are known. */
  isReady(): Promise<boolean> {
    return this.#discovery.read().then(
      () => true,
      () => false,
    )
  }

  /** Where the browser goes to sign in. @throws {EntraFailure} */
  async authorizeUrl(request: AuthorizeRequest): Promise<string> {
    const { prompt, loginHint, domainHint, claims, ...required } = request
    return this.#run(await this.#applications.confidential(), (msal) =>
      msal.getAuthCodeUrl({
        ...required,
        codeChallengeMethod: 'S256',
        responseMode: 'query',
        ...(prompt && { prompt }),
        ...(loginHint && { loginHint }),
        ...(domainHint && { domainHint }),
        ...(claims && { claims }),
      }),
    )
  }

  /** Exchanges a code for tokens and validates the ID token. @throws {EntraFailure} */
  async authorizationCodeGrant(
    grant: CodeGrant,
  ): Promise<{ claims: IdTokenClaims; cache: TokenCache; accessToken: AccessToken }> {
    return this.#run(await this.#applications.confidential(), async (msal) => {
      const answer = await msal.acquireTokenByCode(grant)
      const { clientId, allowedTenants } = this.#settings
      const claims = await validateIdToken(
        answer.idToken,
        { clientId, nonce: grant.nonce, allowedTenants },
        await this.#discovery.read(),
        this.#keys,
      )
      return { claims, ...takenFrom(msal, answer, 'confidential') }
    })
  }

  /**
   * Exchanges the refresh token of a sign-in on another device for tokens that are kept here.
   * @param client as which kind of client it was got
   * @throws {EntraFailure}
   */
  refreshTokenGrant(
    refreshToken: string,
    scopes: readonly string[],
    client: ClientKind,
  ): Promise<{ cache: TokenCache; accessToken: AccessToken }> {
    const request = { refreshToken, scopes: [...scopes], forceCache: true }
    return askAs(client, async (kind) =>
      this.#run(await this.#applications.as(kind), async (msal) => {
        const answer = await msal.acquireTokenByRefreshToken(request)
        if (!answer) throw new EntraFailure('unavailable', 'no answer to the refresh token')
        return takenFrom(msal, answer, kind)
      }),
    )
  }

  /**
   * An access token: from the cache while it is good, else by the refresh token.
   * @returns the token, and the cache as it is now
   * @throws {EntraFailure}
   */
  accessToken(
    cache: TokenCache,
    request: AccessTokenRequest,
  ): Promise<{ accessToken: AccessToken; cache: TokenCache }> {
    return askAs(cache.client, async (client) =>
      this.#run(await this.#applications.as(client), (msal) =>
        silentToken(msal, { ...cache, client }, request),
      ),
    )
  }

  /** Where the browser goes to sign out of Entra too. @throws {EntraFailure} `unavailable` */
  async signOutUrl(postLogoutRedirectUri: string, loginHint: string | undefined): Promise<string> {
    const { endSessionEndpoint } = await this.#discovery.read()
    const url = new URL(endSessionEndpoint)
    url.searchParams.set('post_logout_redirect_uri', postLogoutRedirectUri)
    if (loginHint) url.searchParams.set('logout_hint', loginHint)
    return url.href
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  async #run<App extends Msal, T>(msal: App, operation: (msal: App) => Promise<T>): Promise<T> {
    try {
      return await operation(msal)
    } catch (error) {
      throw translateMsalError(error)
    }
  }
}
