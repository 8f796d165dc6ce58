import type { AuthenticationResult } from '@azure/msal-node'
import type { ClientKind } from './client-kind.ts'
import { EntraFailure } from './failures.ts'
import type { Msal } from './msal-applications.ts'

/** The tokens of one account, as MSAL keeps them, and whose they are. */
export interface TokenCache {
  /** MSAL's serialized cache. */
  serialized: string
  homeAccountId: string
  /** As which kind of client they were got, and are refreshed. */
  client: ClientKind
}

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

/** An access token from the cache while it is good, else by its refresh token. */
export async function silentToken(
  msal: Msal,
  cache: TokenCache,
  { scopes, force, claims }: AccessTokenRequest,
) {
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
}

/** The tokens that an operation brought, and the cache they lie in. */
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
