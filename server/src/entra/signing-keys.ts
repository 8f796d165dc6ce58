import type { JSONWebKeySet, JWK } from 'jose'
import type { EntraHttp } from './http.ts'

/** Entra tells of each key which issuer may use it, with `{tenantid}` where any tenant's may. */
interface EntraKeySet extends JSONWebKeySet {
  keys: (JWK & { issuer?: string })[]
}

const keysFreshFor = 24 * 60 * 60_000
const keysCoolDown = 30_000

/** The keys Entra signs with; fetched again daily, and when a token names one that is not there. */
export class SigningKeys {
  readonly #http: EntraHttp
  #keys: EntraKeySet = { keys: [] }
  #fetchedAt = -Infinity
  #fetching: Promise<void> | undefined

  constructor(http: EntraHttp) {
    this.#http = http
  }

  async find(uri: string, keyId: string | undefined): Promise<EntraKeySet> {
    const age = Date.now() - this.#fetchedAt
    const known = this.#keys.keys.some((key) => key.kid === keyId)
    if (age > keysFreshFor || (!known && age > keysCoolDown)) {
      this.#fetching ??= this.#fetch(uri).finally(() => (this.#fetching = undefined))
      await this.#fetching.catch((error: unknown) => {
        if (!known) throw error
      })
    }
    return this.#keys
  }

  async #fetch(uri: string): Promise<void> {
    const document = await this.#http.getJson(uri)
    if (!Array.isArray(document['keys'])) throw new Error(`no keys at ${uri}`)
    this.#keys = document as unknown as EntraKeySet
    this.#fetchedAt = Date.now()
  }
}
