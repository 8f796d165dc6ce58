import {
  type AuthenticationResult,
  ConfidentialClientApplication,
  PublicClientApplication,
} from '@azure/msal-node'
import type { EntraSettings, Prompt } from '../config/entra.ts'
import { DeviceCodeClient } from './device-code.ts'
import { DiscoveryDocument } from './discovery.ts'
import { EntraFailure, translateMsalError } from './failures.ts'
import { EntraHttp } from './http.ts'
import { type IdTokenClaims, validateIdToken } from './id-token.ts'
import { SigningKeys } from './signing-keys.ts'

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

/** The tokens of one account, as MSAL keeps them, and whose they are. */
export interface TokenCache {
  /** MSAL's serialized cache. */
  serialized: string
  homeAccountId: string
  /** As which kind of client they were got, and are refreshed (RFC 6749 section 2.1). */
  client: ClientKind
}

type Msal = ConfidentialClientApplication | PublicClientApplication

/** Public: without the secret, as Entra wants it for a sign-in on another device. */
type ClientKind = 'confidential' | 'public'

export interface AccessTokenRequest {
  scopes: string[]
  /** Do not take a cached one: the API has refused it. */
  force: boolean
  /** What it must fulfil, as the API said (OpenID Connect Core section 5.5). */
  claims: string | undefined
}

export interface AccessToken {
  token: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** Granted with it, which can be other than what was asked for. */
  scopes: string[]
}

/**
 * Microsoft Entra ID, as a confidential client of one authority sees it.
 *
 * Each operation has an MSAL application of its own, made from one account's cache: a shared one
 * mixes up accounts, and lets one person's throttling stop another.
 */
export class EntraClient {
  readonly #settings: EntraSettings
  readonly #http = new EntraHttp()
  readonly #keys = new SigningKeys(this.#http)
  readonly #discovery: DiscoveryDocument
  /** Sign-in on another device. */
  readonly device: DeviceCodeClient
  /** Whose pages sign people in and out. */
  readonly origin: string

  constructor(settings: EntraSettings) {
    this.#settings = settings
    this.origin = new URL(settings.authority).origin
    this.#discovery = new DiscoveryDocument(settings.authority, this.#http)
    this.device = new DeviceCodeClient(settings, this.#http, this.#discovery, this.#keys)
  }

  /** Resolves when the authority has answered. @throws {EntraFailure} `unavailable` */
  async ready(): Promise<void> {
    await this.#discovery.read()
  }

  /** Where the browser goes to sign in. @throws {EntraFailure} */
  async authorizeUrl(request: AuthorizeRequest): Promise<string> {
    const { prompt, loginHint, domainHint, claims, ...required } = request
    return this.#run(await this.#confidential(), (msal) =>
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
  async redeemCode(
    grant: CodeGrant,
  ): Promise<{ claims: IdTokenClaims; cache: TokenCache; accessToken: AccessToken }> {
    return this.#run(await this.#confidential(), async (msal) => {
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
   * Makes a refresh token from a sign-in on another device ours: exchanges it for tokens.
   * @throws {EntraFailure}
   */
  async adopt(
    refreshToken: string,
    scopes: readonly string[],
  ): Promise<{ cache: TokenCache; accessToken: AccessToken }> {
    return this.#run(await this.#public(), async (msal) => {
      const request = { refreshToken, scopes: [...scopes], forceCache: true }
      const answer = await msal.acquireTokenByRefreshToken(request)
      if (!answer) throw new EntraFailure('unavailable', 'no answer to the refresh token')
      return takenFrom(msal, answer, 'public')
    })
  }

  /**
   * An access token: from the cache while it is good, else by the refresh token.
   * @returns the token, and the cache as it is now
   * @throws {EntraFailure}
   */
  async accessToken(
    cache: TokenCache,
    { scopes, force, claims }: AccessTokenRequest,
  ): Promise<{ accessToken: AccessToken; cache: TokenCache }> {
    const app = await (cache.client === 'public' ? this.#public() : this.#confidential())
    return this.#run(app, async (msal) => {
      const tokens = msal.getTokenCache()
      tokens.deserialize(cache.serialized)
      const account = await tokens.getAccountByHomeId(cache.homeAccountId)
      if (!account) throw new EntraFailure('interaction_required', 'the cache holds no account')
      const request = { account, scopes, forceRefresh: force, ...(claims && { claims }) }
      const answer = await msal.acquireTokenSilent(request)
      return {
        accessToken: accessTokenOf(answer),
        cache: { ...cache, serialized: tokens.serialize() },
      }
    })
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

  async #confidential(): Promise<ConfidentialClientApplication> {
    const { clientSecret } = this.#settings
    const { auth, system } = await this.#msalSettings()
    return new ConfidentialClientApplication({ auth: { ...auth, clientSecret }, system })
  }

  async #public(): Promise<PublicClientApplication> {
    return new PublicClientApplication(await this.#msalSettings())
  }

  async #msalSettings() {
    const { clientId, authority } = this.#settings
    const { document } = await this.#discovery.read()
    return {
      auth: {
        clientId,
        // This server answers claims challenges, so Entra may rely on them (CP1).
        clientCapabilities: ['CP1'],
        // MSAL takes only https here; the endpoints that it calls are those of the document.
        authority: authority.replace(/^http:/, 'https:'),
        knownAuthorities: [new URL(authority).host],
        authorityMetadata: document,
      },
      system: { networkClient: this.#http },
    }
  }
}

/** The tokens that an operation brought, and the cache they lie in. */
function takenFrom(msal: Msal, answer: AuthenticationResult, client: ClientKind) {
  const { homeAccountId } = answer.account ?? {}
  if (!homeAccountId) throw new EntraFailure('id_token_invalid', 'the answer names no account')
  const cache: TokenCache = { serialized: msal.getTokenCache().serialize(), homeAccountId, client }
  return { cache, accessToken: accessTokenOf(answer) }
}

function accessTokenOf(answer: {
  accessToken: string
  expiresOn: Date | null
  scopes: string[]
}): AccessToken {
  return {
    token: answer.accessToken,
    expiresAt: answer.expiresOn?.getTime() ?? 0,
    scopes: answer.scopes,
  }
}
