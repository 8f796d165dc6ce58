import { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node'
import type { ClientKind } from './client-kind.ts'
import type { EntraContext } from './context.ts'

export type Msal = ConfidentialClientApplication | PublicClientApplication

/**
 * Makes an application of MSAL. Each operation needs a new one with the cache of one account: a shared
 * one mixes up accounts, and lets one person's throttling stop another.
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
    // This server answers claims challenges, so Entra may rely on them (CP1).
    clientCapabilities: ['CP1'],
    // MSAL takes only https here; the endpoints that it calls are those of the document.
    authority: authority.replace(/^http:/, 'https:'),
    knownAuthorities: [new URL(authority).host],
    authorityMetadata: document,
  }
  const system = { networkClient: http }
  return kind === 'public'
    ? new PublicClientApplication({ auth, system })
    : new ConfidentialClientApplication({ auth: { ...auth, clientSecret }, system })
}
