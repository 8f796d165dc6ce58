import { createHash, timingSafeEqual } from 'node:crypto'
import type { ClientRegistration, ClientRegistry } from '../directory/clients.ts'
import type { Exchange } from '../http/exchange.ts'
import { EntraError } from '../errors/entra-error.ts'
import { knownClient } from '../directory/known-client.ts'

interface Credentials {
  clientId: string | null
  secret: string | null
  /** The `client_assertion` (RFC 7523 section 2.2). */
  assertion?: string | null
}

function fromHeader(header: string | undefined): Credentials | undefined {
  const encoded = /^basic (?<encoded>\S+)$/i.exec(header ?? '')?.groups?.['encoded']
  if (encoded === undefined) return undefined
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return { clientId: formDecoded(id ?? ''), secret: formDecoded(secret.join(':')) }
}

/** RFC 6749 section 2.3.1 demands form encoding. Text that cannot be decoded is kept unchanged. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '))
  } catch {
    return text
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function checkCredential(
  { clientId, clientSecret }: ClientRegistration,
  { secret, assertion }: Credentials,
): void {
  if (typeof assertion === 'string') throw unknownCertificate()
  if (secret === null) throw missingSecret()
  if (clientSecret === undefined || !timingSafeEqual(digest(secret), digest(clientSecret))) {
    throw wrongSecret(clientId)
  }
}

function checkNoCredential({ secret, assertion = null }: Credentials): void {
  if (secret !== null || assertion !== null) throw secretOfPublicClient()
}

const invalidClient = (aadsts: number, message: string) =>
  new EntraError('invalid_client', aadsts, message, { status: 401 })

const unknownCertificate = () =>
  invalidClient(
    700027,
    'The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.] The emulator registers no certificates.',
  )

export const missingSecret = () =>
  invalidClient(
    7000218,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  )

const wrongSecret = (clientId: string) =>
  invalidClient(
    7000215,
    `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
  )

const secretOfPublicClient = () =>
  invalidClient(
    700025,
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  )

/**
 * Whether a request comes from a public client (RFC 6749 section 2.1). Entra decides by the platform
 * of the redirect URI. A device code has no redirect URI, so `allowPublicClientFlows` decides
 * (Microsoft, SupportArticles, "AADSTS7000218").
 */
export function isPublic(client: ClientRegistration, byDevice: boolean): boolean {
  return byDevice ? client.allowPublicClientFlows === true : client.clientSecret === undefined
}

/**
 * Authenticates the client by a Basic header, or else by the form.
 *
 * @param byDevice - whether the sign-in began with a device code
 * @throws EntraError for an unknown client, for a missing or wrong secret, and for a public client
 *   that sends a secret
 */
export function authenticateClient(
  clients: ClientRegistry,
  exchange: Exchange,
  byDevice: boolean,
): ClientRegistration {
  const { form, req } = exchange
  const credentials = fromHeader(req.headers.authorization) ?? {
    clientId: form.get('client_id'),
    secret: form.get('client_secret'),
    assertion: form.get('client_assertion'),
  }
  const client = knownClient(clients, credentials.clientId)
  if (isPublic(client, byDevice)) checkNoCredential(credentials)
  else checkCredential(client, credentials)
  return client
}
