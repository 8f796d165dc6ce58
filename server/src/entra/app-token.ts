import { ConfidentialClientApplication } from '@azure/msal-node'
import { graphAppId } from '../config/scopes.ts'
import type { EntraContext } from './context.ts'
import { operateMsal } from './msal-operation.ts'

/**
 * Gets a token of the app itself, by the client credentials flow (RFC 6749 section 4.4), and forgets
 * it. Entra gives such a token to every app whose credential is right: without permissions of its
 * own, the app gets one without `roles` (MicrosoftDocs/azure-docs#81503 and #50935).
 * @throws {EntraFailure} also when the authority names no tenant
 */
export async function requireAcceptedCredential(context: EntraContext): Promise<void> {
  await operateMsal('confidential', context, async (msal) => {
    if (!(msal instanceof ConfidentialClientApplication)) throw new TypeError('a public client')
    await msal.acquireTokenByClientCredential({ scopes: [`${graphAppId}/.default`] })
  })
}
