import { isGuid } from '../config/guid.ts'
import { isPrivateTransport } from '../config/loopback.ts'
import type { EntraFailure } from './failures.ts'
import { FetchedDocument } from './fetched-document.ts'
import type { EntraHttp } from './http.ts'

/** The authority's metadata (OpenID Connect Discovery 1.0). */
export interface Discovery {
  /** For `common` and `organizations`, `{tenantid}` stands in the place of the tenant id. */
  issuer: string
  jwksUri: string
  tokenEndpoint: string
  /** The endpoint of RFC 8628, which not every authority has. */
  deviceAuthorizationEndpoint: string | undefined
  endSessionEndpoint: string
  /** The whole document as text, for MSAL. */
  document: string
}

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'end_session_endpoint',
] as const

const freshForMs = 24 * 60 * 60_000

/**
 * Reads the authority's document, which is fetched when first needed and once a day.
 * @param onStale called when the document cannot be fetched and the old one stays in use
 * @returns a function that throws `EntraFailure` with `unavailable` when there is no document
 */
export function discoveryReader(
  authority: string,
  http: EntraHttp,
  onStale: (failure: EntraFailure) => void,
): () => Promise<Discovery> {
  const document = new FetchedDocument(async (url) => {
    return readDocument(await http.getJson(url), authority)
  }, onStale)
  return () => document.readAtOnce(`${authority}/v2.0/.well-known/openid-configuration`, freshForMs)
}

/** @throws when the document cannot be used */
export function readDocument(document: Record<string, unknown>, authority: string): Discovery {
  checkIssuer(textOf(document, 'issuer'), authority)
  for (const name of endpoints) checkTransport(textOf(document, name))
  const device = 'device_authorization_endpoint'
  if (device in document) checkTransport(textOf(document, device))
  return {
    issuer: textOf(document, 'issuer'),
    jwksUri: textOf(document, 'jwks_uri'),
    tokenEndpoint: textOf(document, 'token_endpoint'),
    deviceAuthorizationEndpoint: device in document ? textOf(document, device) : undefined,
    endSessionEndpoint: textOf(document, 'end_session_endpoint'),
    document: JSON.stringify(document),
  }
}

/**
 * Refuses the document of another authority (OpenID Connect Discovery 1.0 section 4.3). AUTHORITY can
 * name a tenant by a domain; the issuer always has the tenant id. The issuer of External ID is at
 * `<tenant id>.ciamlogin.com`, also for a custom domain: then AUTHORITY must have the tenant id too.
 */
function checkIssuer(issuer: string, authority: string): void {
  const [actual, expected] = [new URL(issuer), new URL(authority)]
  const [, tenant = ''] =
    /^\/([\da-f-]{36}|\{tenantid\})\/v2\.0$/.exec(decodeURI(actual.pathname)) ?? []
  const named = expected.pathname.slice(1).toLowerCase()
  const isSameTenant = isGuid(named) ? tenant === named : tenant !== ''
  const isExternalId =
    actual.origin === `https://${tenant}.ciamlogin.com` &&
    (named === tenant || expected.hostname.endsWith('.ciamlogin.com'))
  if (isSameTenant && (actual.origin === expected.origin || isExternalId)) return
  throw new Error(`the issuer ${issuer} is not that of AUTHORITY; write the tenant id into it`)
}

function checkTransport(endpoint: string): void {
  if (isPrivateTransport(new URL(endpoint))) return
  throw new Error(`${endpoint} is neither https nor on this machine`)
}

function textOf(document: Record<string, unknown>, name: string): string {
  const value = document[name]
  if (typeof value !== 'string') throw new Error(`no ${name} in the document`)
  return value
}
