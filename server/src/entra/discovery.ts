import { isGuid } from '../config/guid.ts'
import { isPrivateTransport } from '../config/loopback.ts'
import type { EntraFailure } from './failures.ts'
import { FetchedDocument } from './fetched-document.ts'
import type { EntraHttp } from './http.ts'

/** What the authority says of itself (OpenID Connect Discovery 1.0). */
export interface Discovery {
  /** For `common` and `organizations` with the literal `{tenantid}` in the tenant's place. */
  issuer: string
  jwksUri: string
  tokenEndpoint: string
  /** RFC 8628; not every authority has one. */
  deviceAuthorizationEndpoint: string | undefined
  endSessionEndpoint: string
  /** The whole document, as MSAL wants it. */
  document: string
}

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'end_session_endpoint',
] as const

const freshForMs = 24 * 60 * 60_000

/** The authority's document, fetched when first needed and once a day. */
export class DiscoveryDocument {
  readonly #url: string
  readonly #document: FetchedDocument<Discovery>

  /** @param onStale told when the document cannot be fetched and the old one stays in use */
  constructor(authority: string, http: EntraHttp, onStale: (failure: EntraFailure) => void) {
    this.#url = `${authority}/v2.0/.well-known/openid-configuration`
    this.#document = new FetchedDocument(async (url) => {
      return readDocument(await http.getJson(url), authority)
    }, onStale)
  }

  /** @throws {EntraFailure} `unavailable` */
  read(): Promise<Discovery> {
    return this.#document.readAtOnce(this.#url, freshForMs)
  }
}

function readDocument(document: Record<string, unknown>, authority: string): Discovery {
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
 * A document of somebody else must not be taken for the authority's (OpenID Connect Discovery 1.0
 * section 4.3). A tenant's name in the authority stands as its id in the issuer. The issuer of
 * External ID is at `<tenant id>.ciamlogin.com`, whatever name or domain the authority has: for a
 * domain of one's own the tenant id must stand in both.
 */
function checkIssuer(issuer: string, authority: string): void {
  const [given, wanted] = [new URL(issuer), new URL(authority)]
  const [, tenant = ''] =
    /^\/([\da-f-]{36}|\{tenantid\})\/v2\.0$/.exec(decodeURI(given.pathname)) ?? []
  const asked = wanted.pathname.slice(1).toLowerCase()
  const isSameTenant = isGuid(asked) ? tenant === asked : tenant !== ''
  const isExternalId =
    given.origin === `https://${tenant}.ciamlogin.com` &&
    (asked === tenant || wanted.hostname.endsWith('.ciamlogin.com'))
  if (isSameTenant && (given.origin === wanted.origin || isExternalId)) return
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
