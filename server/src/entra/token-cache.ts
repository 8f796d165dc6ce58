import type { AuthenticationResult } from '@azure/msal-node'
import { type Static, Type } from 'typebox'
import { ClientKind } from './client-kind.ts'
import { EntraFailure } from './failures.ts'
import type { Msal } from './msal-applications.ts'

/** The tokens of one account. */
export const TokenCache = Type.Object({
  /** MSAL's serialized cache; empty when Entra no longer takes these tokens. */
  serialized: Type.String(),
  homeAccountId: Type.String(),
  /** The kind of client that got the tokens, and refreshes them. */
  client: ClientKind,
})
export type TokenCache = Static<typeof TokenCache>

export interface AccessTokenRequest {
  scopes: readonly string[]
  /** True when the API has refused the cached token. */
  force: boolean
  /** What the token must fulfill, as the API said (OpenID Connect Core section 5.5). */
  claims: string | undefined
}

export interface AccessToken {
  token: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** The scopes that Entra granted, which can differ from those that were asked for. */
  scopes: string[]
}

/** Takes an access token from the cache, or refreshes it. */
export async function silentToken(
  msal: Msal,
  cache: TokenCache,
  { scopes, force, claims }: AccessTokenRequest,
) {
  const tokens = msal.getTokenCache()
  tokens.deserialize(cache.serialized)
  const account = await tokens.getAccountByHomeId(cache.homeAccountId)
  if (!account) throw new EntraFailure('interaction_required', 'the cache holds no account')
  const request = { account, scopes: [...scopes], forceRefresh: force, ...(claims && { claims }) }
  const answer = await msal.acquireTokenSilent(request)
  return {
    accessToken: accessTokenOf(answer),
    cache: { ...cache, serialized: tokens.serialize() },
  }
}

/** The access token of an answer, and the cache that MSAL made of the answer. */
export function takenFrom(msal: Msal, answer: AuthenticationResult, client: ClientKind) {
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
