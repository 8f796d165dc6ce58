import { createHash, timingSafeEqual } from 'node:crypto'
import type { ClientRegistration, ClientRegistry } from '../clients.ts'
import type { Exchange } from '../http/exchange.ts'
import { EntraError } from './errors.ts'

interface Credentials {
  clientId: string | null
  secret: string | null
}

function fromHeader(header: string | undefined): Credentials | undefined {
  const encoded = /^basic (?<encoded>\S+)$/i.exec(header ?? '')?.groups?.['encoded']
  if (encoded === undefined) return undefined
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return { clientId: formDecoded(id ?? ''), secret: formDecoded(secret.join(':')) }
}

/** RFC 6749 2.3.1: both halves are form-encoded before they are joined; not all clients do it. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '))
  } catch {
    return text
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function checkSecret(client: ClientRegistration, given: string | null, mayOmit: boolean): void {
  if (client.clientSecret === undefined) return
  if (given === null && mayOmit) return
  if (given === null) {
    throw new EntraError(
      'invalid_client',
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      { status: 401 },
    )
  }
  if (!timingSafeEqual(digest(given), digest(client.clientSecret))) {
    throw new EntraError(
      'invalid_client',
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client.clientId}'.`,
      { status: 401 },
    )
  }
}

/**
 * The client that calls, by form or Basic header.
 *
 * @param mayOmit - whether a client with a secret may leave it out: device sign-in has none.
 * @throws EntraError when the client is unknown or its secret wrong.
 */
export function authenticateClient(
  clients: ClientRegistry,
  exchange: Exchange,
  mayOmit: boolean,
): ClientRegistration {
  const { form, req } = exchange
  const { clientId, secret } = fromHeader(req.headers.authorization) ?? {
    clientId: form.get('client_id'),
    secret: form.get('client_secret'),
  }
  const client = clients.find(clientId)
  if (!client) {
    throw new EntraError(
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId ?? ''}' was not found in the directory.`,
    )
  }
  checkSecret(client, secret, mayOmit)
  return client
}
