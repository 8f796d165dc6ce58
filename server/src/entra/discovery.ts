import { EntraFailure } from './failures.ts'
import type { EntraHttp } from './http.ts'

/** What the authority says of itself (OpenID Connect Discovery 1.0). */
export interface Discovery {
  /** For `common` and `organizations` with the literal `{tenantid}` in the tenant's place. */
  issuer: string
  jwksUri: string
  endSessionEndpoint: string
  /** The whole document, as MSAL wants it. */
  document: string
}

const freshFor = 24 * 60 * 60_000

/** The authority's document, fetched when first needed and once a day. */
export class DiscoveryDocument {
  readonly #url: string
  readonly #http: EntraHttp
  #known: { value: Promise<Discovery>; until: number } | undefined

  constructor(authority: string, http: EntraHttp) {
    this.#url = `${authority}/v2.0/.well-known/openid-configuration`
    this.#http = http
  }

  /** @throws {EntraFailure} `unavailable` */
  read(): Promise<Discovery> {
    if (this.#known && this.#known.until > Date.now()) return this.#known.value
    const value = this.#fetch()
    this.#known = { value, until: Date.now() + freshFor }
    value.catch(() => (this.#known = undefined))
    return value
  }

  async #fetch(): Promise<Discovery> {
    try {
      const document = await this.#http.getJson(this.#url)
      return {
        issuer: textOf(document, 'issuer'),
        jwksUri: textOf(document, 'jwks_uri'),
        endSessionEndpoint: textOf(document, 'end_session_endpoint'),
        document: JSON.stringify(document),
      }
    } catch (cause) {
      throw new EntraFailure('unavailable', `no usable document at ${this.#url}`, { cause })
    }
  }
}

function textOf(document: Record<string, unknown>, name: string): string {
  const value = document[name]
  if (typeof value !== 'string') throw new Error(`no ${name} in the document`)
  return value
}
