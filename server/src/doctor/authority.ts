import type { ProxySettings } from '../config/outbound-proxy.ts'
import { type Discovery, readDocument } from '../entra/discovery.ts'
import { EntraFailure, readErrorText } from '../entra/failures.ts'
import type { EntraHttp } from '../entra/http.ts'
import { signingKeyFinder } from '../entra/signing-keys.ts'
import { IdentityProviderUnreachable } from '../entra/unreachable.ts'
import { adviceFor, numberOf } from './aadsts-advice.ts'
import type { Tell } from './finding.ts'
import { networkTrouble } from './network-trouble.ts'

/** What later checks need of the authority's answer. */
export interface AuthorityAnswer {
  discovery: Discovery
  authorizationEndpoint: string
  /** The `Date` header. */
  date: string | undefined
  /** The middle of the request, by the clock of this machine: milliseconds since the epoch. */
  askedAt: number
}

const tenantRemedy = 'Copy AUTHORITY again: README.md says what it must end in.'

/** @returns undefined when there is no document that can be used */
export async function checkAuthority(
  authority: string,
  http: EntraHttp,
  proxy: ProxySettings,
  tell: Tell,
): Promise<AuthorityAnswer | undefined> {
  try {
    const answer = await fetchDocument(authority, http, tell)
    if (!answer) return undefined
    await checkKeys(answer.discovery.jwksUri, http, proxy, tell)
    return answer
  } catch (error) {
    if (!(error instanceof IdentityProviderUnreachable)) throw error
    const { text, remedy } = networkTrouble(error, proxy)
    tell.fail(`${authority}: ${text}`, remedy)
    return undefined
  }
}

/** @throws {IdentityProviderUnreachable} */
async function fetchDocument(
  authority: string,
  http: EntraHttp,
  tell: Tell,
): Promise<AuthorityAnswer | undefined> {
  const startedAt = Date.now()
  const { status, body, headers } = await http.send<Record<string, unknown>>(
    'GET',
    `${authority}/v2.0/.well-known/openid-configuration`,
  )
  const askedAt = (startedAt + Date.now()) / 2
  if (status !== 200) {
    const { aadsts } = readErrorText(body['error_description'])
    const advice = adviceFor(aadsts)
    if (advice) tell.fail(advice.text, advice.remedy)
    else tell.fail(`${authority} answers ${String(status)}, ${numberOf(aadsts)}`, tenantRemedy)
    return undefined
  }
  try {
    const discovery = readDocument(body, authority)
    tellHosts(authority, body, discovery, tell)
    const authorizationEndpoint = String(body['authorization_endpoint'])
    return { discovery, authorizationEndpoint, date: headers['date'], askedAt }
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'unknown'
    tell.fail(`the discovery document of AUTHORITY cannot be used: ${problem}`, tenantRemedy)
    return undefined
  }
}

/** The client secret goes to these endpoints. External ID has two hosts: that of its name and that of its id. */
function tellHosts(
  authority: string,
  document: Record<string, unknown>,
  { issuer }: Discovery,
  tell: Tell,
): void {
  const hosts = [authority, issuer].map((url) => new URL(url).host)
  const foreign = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'end_session_endpoint']
    .map((name) => ({ name, host: new URL(String(document[name])).host }))
    .filter(({ host }) => !hosts.includes(host))
  for (const { name, host } of foreign) {
    tell.warn(
      `${name} is on ${host}, which is not the host of AUTHORITY`,
      'Make sure that nothing between this machine and Entra changes its answers.',
    )
  }
  if (foreign.length > 0) return
  tell.ok(`${authority}: the issuer fits the tenant, and the endpoints are on its host`)
}

async function checkKeys(
  uri: string,
  http: EntraHttp,
  proxy: ProxySettings,
  tell: Tell,
): Promise<void> {
  try {
    // No key has this name. The keys are fetched all the same.
    await signingKeyFinder(http, () => undefined)(uri, '')
    tell.ok('the signing keys can be fetched')
  } catch (error) {
    if (!(error instanceof EntraFailure)) throw error
    const { text, remedy } = networkTrouble(error, proxy)
    tell.fail(`${uri}: ${text}`, remedy)
  }
}
