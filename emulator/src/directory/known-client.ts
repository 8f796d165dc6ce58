import { EntraError } from '../errors/entra-error.ts'
import { missingParameter } from '../errors/parameters.ts'
import type { ClientRegistration, ClientRegistry } from './clients.ts'

const emptyId = '00000000-0000-0000-0000-000000000000'

/**
 * Finds the registered app with this client id.
 *
 * @param directory - the name of the authority, for the error text
 * @throws EntraError when the id is missing, all zeros, or unknown
 */
export function knownClient(
  clients: ClientRegistry,
  clientId: string | null,
  directory?: string,
): ClientRegistration {
  const client = clients.find(clientId)
  if (client) return client
  if (!clientId) throw missingParameter('client_id')
  if (clientId === emptyId) {
    const message = `${clientId} is not a valid application identifier.`
    throw new EntraError('unauthorized_client', 700038, message)
  }
  const place = directory === undefined ? 'the directory' : `the directory '${directory}'`
  throw new EntraError(
    'unauthorized_client',
    700016,
    `Application with identifier '${clientId}' was not found in ${place}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  )
}
