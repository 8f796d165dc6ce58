import type { Prompt } from '@entra-bff/shared'
import type { EntraSettings } from '../config/entra.ts'
import { type ClientKind, withClientKind } from './client-kind.ts'
import type { EntraContext } from './context.ts'
import { DeviceCodeClient } from './device-code.ts'
import { discoveryReader } from './discovery.ts'
import type { EntraFailure } from './failures.ts'
import type { EntraHttp } from './http.ts'
import { type IdTokenClaims, validateIdToken } from './id-token.ts'
import type { Msal } from './msal-application.ts'
import { signingKeyFinder } from './signing-keys.ts'
import {
  type AccessTokenRequest,
  cachedToken,
  emptyCache,
  refreshTokens,
  type TokenCache,
  type Tokens,
  tokensOf,
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
  /** The claims that Entra or an API wants the sign-in to fulfill (OpenID Connect Core section 5.5). */
  claims: string | undefined
  /** Entra asks for a new proof of the person when the last one is older (`max_age`). */
  maxAgeSeconds: number | undefined
}

export interface CodeGrant {
  code: string
  redirectUri: string
  scopes: string[]
  nonce: string
  /** PKCE verifier. */
  codeVerifier: string
  /** The claims of the authorization request, which Microsoft's clients send here once more. */
  claims: string | undefined
}

/** MSAL is loaded after the first requests are served: loading blocks the process for a while. */
const prepareAfterMs = 1_000

/** The client of one authority of Microsoft Entra ID. */
export class EntraClient {
  readonly #context: EntraContext
  #msal: ReturnType<typeof loadMsal> | undefined
  #preparing: NodeJS.Timeout | undefined
  /** Sign-in on another device. */
  readonly device: DeviceCodeClient
  /** Origin of the pages where people sign in and out. */
  readonly origin: string

  /** @param onStale called when a document of Entra cannot be fetched and an old one stays in use */
  constructor(settings: EntraSettings, http: EntraHttp, onStale: (failure: EntraFailure) => void) {
    this.#context = {
      settings,
      http,
      readDiscovery: discoveryReader(settings.authority, http, onStale),
      findSigningKey: signingKeyFinder(http, onStale),
    }
    this.device = new DeviceCodeClient(this.#context)
    this.origin = new URL(settings.authority).origin
  }

  /**
   * Loads MSAL and undici in a second, so that the first sign-in need not wait for them.
   * @param onFailure called when one cannot be loaded
   */
  prepareSoon(onFailure: (error: unknown) => void): void {
    this.#preparing = setTimeout(() => {
      Promise.all([this.#loadMsal(), this.#context.http.prepare()]).catch(onFailure)
    }, prepareAfterMs).unref()
  }

  /**
   * Resolves when the discovery document is known and MSAL is loaded. If a module fails to load, Node
   * does not load it again.
   * @throws when nobody can sign in
   */
  async requireReady(): Promise<void> {
    await Promise.all([this.#context.readDiscovery(), this.#loadMsal()])
  }

  /** The address at which the browser signs in. @throws {EntraFailure} */
  authorizeUrl(request: AuthorizeRequest): Promise<string> {
    const { prompt, loginHint, domainHint, claims, maxAgeSeconds, ...required } = request
    return this.#run('confidential', (msal) =>
      msal.getAuthCodeUrl({
        ...required,
        codeChallengeMethod: 'S256',
        responseMode: 'query',
        ...(prompt && { prompt }),
        ...(loginHint && { loginHint }),
        ...(domainHint && { domainHint }),
        ...(claims && { claims }),
        ...(maxAgeSeconds !== undefined && {
          extraQueryParameters: { max_age: String(maxAgeSeconds) },
        }),
      }),
    )
  }

  /** Exchanges a code for tokens and validates the ID token. @throws {EntraFailure} */
  authorizationCodeGrant({
    claims: demanded,
    ...grant
  }: CodeGrant): Promise<Tokens & { claims: IdTokenClaims }> {
    return this.#run('confidential', async (msal) => {
      const answer = await msal.acquireTokenByCode({
        ...grant,
        ...(demanded && { claims: demanded }),
      })
      const claims = await validateIdToken(answer.idToken, grant.nonce, this.#context)
      return { claims, ...tokensOf(msal, answer, grant.scopes, emptyCache('confidential')) }
    })
  }

  /**
   * Exchanges the refresh token of a device login for tokens.
   * @param client the kind of client that got the refresh token
   * @throws {EntraFailure}
   */
  refreshTokenGrant(
    refreshToken: string,
    scopes: readonly string[],
    client: ClientKind,
  ): Promise<Tokens> {
    const request = { scopes, force: false, claims: undefined }
    return this.accessToken({ ...emptyCache(client), refreshToken }, request)
  }

  /**
   * Takes an access token from the cache while the token is good; otherwise gets a new token.
   * @returns the token, and the cache that then holds the token
   * @throws {EntraFailure}
   */
  async accessToken(cache: TokenCache, request: AccessTokenRequest): Promise<Tokens> {
    const known = request.force ? undefined : cachedToken(cache, request.scopes)
    if (known) return { accessToken: known, cache }
    return withClientKind(cache.client, (client) =>
      this.#run(client, (msal) => refreshTokens(msal, { ...cache, client }, request)),
    )
  }

  /** The address at which the browser signs out of Entra. @throws {EntraFailure} `unavailable` */
  async signOutUrl(postLogoutRedirectUri: string, loginHint: string | undefined): Promise<string> {
    const { endSessionEndpoint } = await this.#context.readDiscovery()
    const url = new URL(endSessionEndpoint)
    url.searchParams.set('post_logout_redirect_uri', postLogoutRedirectUri)
    if (loginHint) url.searchParams.set('logout_hint', loginHint)
    return url.href
  }

  close(): Promise<void> {
    clearTimeout(this.#preparing)
    return this.#context.http.close()
  }

  async #run<T>(kind: ClientKind, operation: (msal: Msal) => Promise<T>): Promise<T> {
    const { operateMsal } = await this.#loadMsal()
    return operateMsal(kind, this.#context, operation)
  }

  #loadMsal() {
    return (this.#msal ??= loadMsal())
  }
}

/** MSAL is large, and the first answers need none of it. */
function loadMsal() {
  return import('./msal-operation.ts').catch((cause: unknown) => {
    throw new Error('MSAL cannot be loaded: install and build the server again', { cause })
  })
}
