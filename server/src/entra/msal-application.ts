import { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node'
import type { ClientKind } from './client-kind.ts'
import type { EntraContext } from './context.ts'
import { MsalNetwork } from './msal-network.ts'

export type Msal = ConfidentialClientApplication | PublicClientApplication

/**
 * Makes an application of MSAL. Each operation needs a new application with the cache of one account:
 * a shared application mixes up accounts, and one person's throttling stops other people.
 * @throws {EntraFailure} `unavailable`
 */
export async function msalApplication(
  kind: ClientKind,
  { settings, http, readDiscovery }: EntraContext,
): Promise<Msal> {
  const { clientId, clientSecret, authority } = settings
  const { document } = await readDiscovery()
  const auth = {
    clientId,
    // Entra may send claims challenges (capability CP1): this server answers them.
    clientCapabilities: ['CP1'],
    // MSAL accepts only https here. MSAL calls the endpoints in the discovery document.
    authority: authority.replace(/^http:/, 'https:'),
    knownAuthorities: [new URL(authority).host],
    authorityMetadata: document,
  }
  const system = { networkClient: new MsalNetwork(http) }
  return kind === 'public'
    ? new PublicClientApplication({ auth, system })
    : new ConfidentialClientApplication({ auth: { ...auth, clientSecret }, system })
}
