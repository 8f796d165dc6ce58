import { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node'
import type { EntraSettings } from '../config/entra.ts'
import type { ClientKind } from './client-kind.ts'
import type { DiscoveryDocument } from './discovery.ts'
import type { EntraHttp } from './http.ts'

export type Msal = ConfidentialClientApplication | PublicClientApplication

/**
 * Makes MSAL's applications. Each operation has one of its own, made from one account's cache: a shared
 * one mixes up accounts, and lets one person's throttling stop another.
 */
export class MsalApplications {
  readonly #settings: EntraSettings
  readonly #http: EntraHttp
  readonly #discovery: DiscoveryDocument

  constructor(settings: EntraSettings, http: EntraHttp, discovery: DiscoveryDocument) {
    this.#settings = settings
    this.#http = http
    this.#discovery = discovery
  }

  /** @throws {EntraFailure} `unavailable` */
  as(kind: ClientKind): Promise<Msal> {
    return kind === 'public' ? this.#public() : this.confidential()
  }

  /** @throws {EntraFailure} `unavailable` */
  async confidential(): Promise<ConfidentialClientApplication> {
    const { clientSecret } = this.#settings
    const { auth, system } = await this.#msalSettings()
    return new ConfidentialClientApplication({ auth: { ...auth, clientSecret }, system })
  }

  async #public(): Promise<PublicClientApplication> {
    return new PublicClientApplication(await this.#msalSettings())
  }

  async #msalSettings() {
    const { clientId, authority } = this.#settings
    const { document } = await this.#discovery.read()
    return {
      auth: {
        clientId,
        // This server answers claims challenges, so Entra may rely on them (CP1).
        clientCapabilities: ['CP1'],
        // MSAL takes only https here; the endpoints that it calls are those of the document.
        authority: authority.replace(/^http:/, 'https:'),
        knownAuthorities: [new URL(authority).host],
        authorityMetadata: document,
      },
      system: { networkClient: this.#http },
    }
  }
}
