import { type AuthorizationCodeRequest, ConfidentialClientApplication } from '@azure/msal-node'
import { origin, scopes, settings } from './settings.ts'

export const redirectUri = `${origin}/auth/redirect`

let metadata: Promise<string> | undefined

/** A new MSAL application, as Microsoft's sample makes one for each request: caches are not shared. */
export async function newMsal(): Promise<ConfidentialClientApplication> {
  const { authority, clientId, clientSecret } = settings
  metadata ??= fetch(`${authority}/v2.0/.well-known/openid-configuration`).then((answer) =>
    answer.text(),
  )
  return new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret,
      authority,
      knownAuthorities: [new URL(authority).host],
      authorityMetadata: await metadata,
    },
  })
}

/** What is kept between the two halves of a sign-in. */
export interface Attempt {
  state: string
  verifier: string
}

export function codeUrl(
  msal: ConfidentialClientApplication,
  state: string,
  codeChallenge: string,
): Promise<string> {
  const proof = { codeChallenge, codeChallengeMethod: 'S256' } as const
  return msal.getAuthCodeUrl({ scopes, redirectUri, state, ...proof })
}

/** @throws when the answer is not to this attempt */
export function codeRequest(
  { code, state }: Partial<Record<string, string>>,
  attempt: Attempt | undefined,
): AuthorizationCodeRequest {
  if (code === undefined || state !== attempt?.state) throw new Error('not the answer to a sign-in')
  return { code, scopes, redirectUri, codeVerifier: attempt?.verifier ?? '' }
}
