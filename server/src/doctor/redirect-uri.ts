import { randomUUID } from 'node:crypto'
import { isLoopback } from '../config/loopback.ts'
import { readErrorText } from '../entra/failures.ts'
import { adviceFor, lookItUp, numberOf } from './aadsts-advice.ts'
import type { AuthorityAnswer } from './authority.ts'
import type { Tell } from './finding.ts'
import { networkTrouble } from './network-trouble.ts'
import type { Visit, Visitor } from './visitor.ts'

/**
 * `loadConfig` has checked the path, the characters and the length.
 * @param authority undefined when the authority gives no usable answer
 */
export async function checkRedirectUri(
  redirectUri: string,
  clientId: string,
  authority: AuthorityAnswer | undefined,
  visitor: Visitor,
  tell: Tell,
): Promise<void> {
  tellForm(redirectUri, tell)
  if (!authority) {
    tell.skip(`${redirectUri}: the authority cannot be asked whether it is registered`)
    return
  }
  try {
    const url = silentSignIn(authority.authorizationEndpoint, clientId, redirectUri)
    tellRegistration(await visitor.get(url, { accept: 'text/html' }), redirectUri, tell)
  } catch (error) {
    const { text, remedy } = networkTrouble(error, visitor.proxy)
    tell.fail(`the authorization endpoint: ${text}`, remedy)
  }
}

/** Microsoft, "Redirect URI (reply URL) outline and restrictions". */
function tellForm(redirectUri: string, tell: Tell): void {
  const { protocol, hostname } = new URL(redirectUri)
  if (protocol === 'https:' || hostname === 'localhost') return
  if (isLoopback(hostname)) {
    tell.warn(
      `${redirectUri}: such an address can be registered in the manifest only`,
      'Write http://localhost in PUBLIC_URL.',
    )
  } else {
    tell.fail(
      `${redirectUri}: Entra takes http for localhost only`,
      'PUBLIC_URL must begin with https://.',
    )
  }
}

/**
 * With `prompt=none`, no page is shown to a person who is not signed in: the error goes to the redirect
 * URI (OpenID Connect Core section 3.1.2.6), if that is registered. If it is not, Entra shows its own
 * page (RFC 6749 section 4.1.2.1).
 */
function silentSignIn(endpoint: string, clientId: string, redirectUri: string): string {
  const url = new URL(endpoint)
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    response_mode: 'query',
    scope: 'openid',
    prompt: 'none',
    state: randomUUID(),
    nonce: randomUUID(),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

/** @param text of Entra's own page, which names the number of the error */
function tellRegistration({ headers, text }: Visit, redirectUri: string, tell: Tell): void {
  const location = headers.location ?? ''
  if (location.startsWith(`${redirectUri}?`)) {
    tell.ok(`${redirectUri} is registered`)
    return
  }
  const { aadsts } = readErrorText(text)
  const advice = adviceFor(aadsts)
  if (aadsts === '50011') {
    tell.fail(
      `${redirectUri} is not registered (AADSTS50011)`,
      'Authentication of the app registration → platform Web: add it, letter by letter.',
    )
  } else if (advice) tell.fail(advice.text, advice.remedy)
  else if (aadsts !== undefined) {
    tell.warn(`${redirectUri}: Entra answers ${numberOf(aadsts)}`, lookItUp)
  } else {
    tell.warn(
      `Entra does not tell whether ${redirectUri} is registered`,
      'Sign in once: an error page with AADSTS50011 says that it is not.',
    )
  }
}
