import type { AuthenticationResult } from '@azure/msal-node'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { apiScopes, fullScopeName } from '../config/scopes.ts'
import { parseObject } from '../json.ts'
import { ClientKind } from './client-kind.ts'
import { EntraFailure } from './failures.ts'
import type { Msal } from './msal-application.ts'

/** A token is refreshed this long before it expires, as long as Entra can be reached. */
export const refreshMarginMs = 5 * 60_000

const AccessToken = Type.Object({
  token: Type.String(),
  /** Milliseconds since the epoch. */
  expiresAt: Type.Number(),
  /** Full names of the scopes that Entra granted, which can differ from the requested scopes. */
  scopes: Type.Array(Type.String()),
})
export type AccessToken = Static<typeof AccessToken>

/** The tokens of one account: only what a later request for an access token needs. */
export const TokenCache = Type.Object({
  /** The kind of client that got the tokens and can refresh them. */
  client: ClientKind,
  /** Absent when Entra gave none, and after Entra has refused it. */
  refreshToken: Type.Optional(Type.String()),
  accessTokens: Type.Array(AccessToken),
  /** MSAL's name of the account. With this name Entra finds the data center of the account. */
  homeAccountId: Type.Optional(Type.String()),
})
export type TokenCache = Static<typeof TokenCache>

/** A cache that holds no token. */
export function emptyCache(client: ClientKind): TokenCache {
  return { client, accessTokens: [] }
}

export interface AccessTokenRequest {
  scopes: readonly string[]
  /** True when the API has refused the cached token. */
  force: boolean
  /** The claims that the API wants the token to fulfill (OpenID Connect Core section 5.5). */
  claims: string | undefined
}

/** An access token, and the cache that holds it. */
export interface Tokens {
  accessToken: AccessToken
  cache: TokenCache
}

/** @returns a token with these scopes that lasts longer than that: by default, it need not be refreshed yet */
export function cachedToken(
  { accessTokens }: TokenCache,
  scopes: readonly string[],
  longerThanMs = refreshMarginMs,
): AccessToken | undefined {
  const needed = fullNames(scopes, scopes)
  return accessTokens.find(
    (known) =>
      known.expiresAt - longerThanMs > Date.now() &&
      needed.every((scope) => known.scopes.includes(scope)),
  )
}

/** Gets a new access token for the refresh token. */
export async function refreshTokens(
  msal: Msal,
  cache: TokenCache,
  { scopes, claims }: AccessTokenRequest,
): Promise<Tokens> {
  const { refreshToken, homeAccountId } = cache
  if (!refreshToken) throw new EntraFailure('interaction_required', 'there is no refresh token')
  const answer = await msal.acquireTokenByRefreshToken({
    refreshToken,
    scopes: [...scopes],
    // MSAL reveals the next refresh token only in its cache.
    forceCache: true,
    ...(claims && { claims }),
    ...(homeAccountId && {
      ccsCredential: { type: 'home_account_id', credential: homeAccountId },
    }),
  })
  if (!answer) throw new EntraFailure('unavailable', 'no answer to the refresh token')
  return tokensOf(msal, answer, scopes, cache)
}

/**
 * The tokens of an answer.
 * @param msal has answered this one request
 * @param requested the scopes of the request
 * @param before the tokens that the account already has
 */
export function tokensOf(
  msal: Msal,
  answer: AuthenticationResult,
  requested: readonly string[],
  before: TokenCache,
): Tokens {
  const { accessToken: token, expiresOn, account } = answer
  const accessToken = {
    token,
    expiresAt: expiresOn?.getTime() ?? 0,
    scopes: fullNames(answer.scopes, requested),
  }
  const refreshToken = refreshTokenIn(msal.getTokenCache().serialize())
  const cache = {
    ...before,
    ...(refreshToken && { refreshToken }),
    ...(account && { homeAccountId: account.homeAccountId }),
    accessTokens: [...before.accessTokens.filter(isKeptBeside(accessToken)), accessToken],
  }
  return { accessToken, cache }
}

const MsalCache = Type.Object({
  RefreshToken: Type.Record(Type.String(), Type.Object({ secret: Type.String() })),
})

/** @param serialized MSAL's serialized cache of one account */
export function refreshTokenIn(serialized: string): string | undefined {
  const cache = parseObject(serialized)
  return Check(MsalCache, cache) ? Object.values(cache.RefreshToken)[0]?.secret : undefined
}

/** A new token takes the place of the tokens with the same permissions, and of tokens that have expired. */
function isKeptBeside({ scopes: taken }: AccessToken) {
  return ({ scopes, expiresAt }: AccessToken) =>
    expiresAt > Date.now() && !scopes.some((scope) => taken.includes(scope))
}

function fullNames(scopes: readonly string[], requested: readonly string[]): string[] {
  return apiScopes(scopes).map((scope) => fullScopeName(scope, requested))
}
