import type { AuthenticationResult } from '@azure/msal-node'
import { type Static, Type } from 'typebox'
import { ClientKind } from './client-kind.ts'
import { EntraFailure } from './failures.ts'
import type { Msal } from './msal-application.ts'

/** The tokens of one account. */
export const TokenCache = Type.Object({
  /** MSAL's serialized cache. Empty after Entra has refused the tokens. */
  serialized: Type.String(),
  homeAccountId: Type.String(),
  /** The kind of client that got the tokens and can refresh them. */
  client: ClientKind,
})
export type TokenCache = Static<typeof TokenCache>

export interface AccessTokenRequest {
  scopes: readonly string[]
  /** True when the API has refused the cached token. */
  force: boolean
  /** The claims that the API wants the token to fulfill (OpenID Connect Core section 5.5). */
  claims: string | undefined
}

export interface AccessToken {
  token: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** The scopes that Entra granted, which can differ from the requested scopes. */
  scopes: string[]
}

/** An access token, and the cache that holds it. */
export interface Tokens {
  accessToken: AccessToken
  cache: TokenCache
}

/** Takes an access token from the cache, or gets a new token. */
export async function silentToken(
  msal: Msal,
  cache: TokenCache,
  { scopes, force, claims }: AccessTokenRequest,
): Promise<Tokens> {
  const tokens = msal.getTokenCache()
  tokens.deserialize(cache.serialized)
  const account = await tokens.getAccountByHomeId(cache.homeAccountId)
  if (!account) throw new EntraFailure('interaction_required', 'the cache holds no account')
  const request = { account, scopes: [...scopes], forceRefresh: force, ...(claims && { claims }) }
  const answer = await msal.acquireTokenSilent(request)
  const refreshed = { ...cache, serialized: tokens.serialize() }
  return { accessToken: accessTokenOf(answer), cache: refreshed }
}

/** The tokens of an answer that MSAL has put into its cache. */
export function tokensOf(msal: Msal, answer: AuthenticationResult, client: ClientKind): Tokens {
  const { homeAccountId } = answer.account ?? {}
  if (!homeAccountId) throw new EntraFailure('id_token_invalid', 'the answer names no account')
  const cache: TokenCache = { serialized: msal.getTokenCache().serialize(), homeAccountId, client }
  return { cache, accessToken: accessTokenOf(answer) }
}

function accessTokenOf({ accessToken, expiresOn, scopes }: AuthenticationResult): AccessToken {
  return { token: accessToken, expiresAt: expiresOn?.getTime() ?? 0, scopes }
}
