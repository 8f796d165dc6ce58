import { isGuid } from '../config/guid.ts'
import { isPrivateTransport } from '../config/loopback.ts'
import { EntraFailure } from './failures.ts'
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

const freshFor = 24 * 60 * 60_000

/** The authority's document, fetched when first needed and once a day. */
export class DiscoveryDocument {
  readonly #url: string
  readonly #http: EntraHttp
  readonly #authority: string
  #known: { value: Promise<Discovery>; until: number } | undefined

  constructor(authority: string, http: EntraHttp) {
    this.#authority = authority
    this.#url = `${authority}/v2.0/.well-known/openid-configuration`
    this.#http = http
  }

  /** @throws {EntraFailure} `unavailable` */
  read(): Promise<Discovery> {
    if (this.#known && this.#known.until > Date.now()) return this.#known.value
    const before = this.#known?.value
    // An old document is better than none while a new one cannot be had.
    const value = this.#fetch().catch((error: unknown) => before ?? Promise.reject(error as Error))
    this.#known = { value, until: Date.now() + freshFor }
    value.catch(() => (this.#known = undefined))
    return value
  }

  async #fetch(): Promise<Discovery> {
    try {
      const document = await this.#http.getJson(this.#url)
      checkIssuer(textOf(document, 'issuer'), this.#authority)
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
    } catch (cause) {
      throw new EntraFailure('unavailable', `no usable document at ${this.#url}`, { cause })
    }
  }
}

/**
 * A document of somebody else must not be taken for the authority's (OpenID Connect Discovery 1.0
 * section 4.3). A tenant's name in the authority stands as its id in the issuer.
 */
function checkIssuer(issuer: string, authority: string): void {
  const [given, wanted] = [new URL(issuer), new URL(authority)]
  const external = '.ciamlogin.com'
  const sameHost =
    given.origin === wanted.origin ||
    (given.hostname.endsWith(external) && wanted.hostname.endsWith(external))
  const [, tenant = ''] =
    /^\/([\da-f-]{36}|\{tenantid\})\/v2\.0$/.exec(decodeURI(given.pathname)) ?? []
  const asked = wanted.pathname.slice(1).toLowerCase()
  const sameTenant = isGuid(asked) ? tenant === asked : tenant !== ''
  if (!sameHost || !sameTenant) throw new Error(`the issuer is ${issuer}`)
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
