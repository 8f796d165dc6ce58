/** An application registered in the emulator's directory. */
export interface ClientRegistration {
  clientId: string
  /** Shown on the emulator's pages; the client id when absent. */
  name?: string
  /** Without a secret the client is a public one. */
  clientSecret?: string
  redirectUris: string[]
  postLogoutRedirectUris?: string[]
  frontChannelLogoutUri?: string
}

export const sampleClientId = '6731de76-14a6-49ae-97bc-6eba6914391e'
/** Protects nothing: it is printed at start and known to everybody. */
export const sampleClientSecret = 'local-emulator-secret'

export const sampleClient: ClientRegistration = {
  clientId: sampleClientId,
  name: 'Sample application',
  clientSecret: sampleClientSecret,
  redirectUris: ['http://localhost:3000/getAToken'],
  postLogoutRedirectUris: ['http://localhost:3000/'],
  frontChannelLogoutUri: 'http://localhost:3000/auth/frontchannel-logout',
}

export class ClientRegistry {
  readonly #clients = new Map<string, ClientRegistration>()

  constructor(clients: readonly ClientRegistration[]) {
    for (const client of clients) this.register(client)
  }

  /** Adds a client, or replaces the one with the same id. */
  register(client: ClientRegistration): void {
    this.#clients.set(client.clientId, client)
  }

  find(clientId: string | null | undefined): ClientRegistration | undefined {
    return clientId ? this.#clients.get(clientId) : undefined
  }

  all(): ClientRegistration[] {
    return [...this.#clients.values()]
  }
}

export function nameOf(client: ClientRegistration): string {
  return client.name ?? client.clientId
}
