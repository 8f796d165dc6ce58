/** Claims that an ID token carries only when the app registration asks for them. */
export type OptionalIdTokenClaim = 'sid' | 'login_hint' | 'acrs' | 'auth_time'

/** An app role, and who has it. */
export interface AppRole {
  /** App roles: Value. */
  value: string
  /** Enterprise apps, Users and groups: the usernames that the role is assigned to. */
  users: readonly string[]
}

/**
 * An app registration. The comment of each member names its field in the Microsoft Entra admin
 * center.
 */
export interface ClientRegistration {
  /** Overview: Application (client) ID. */
  clientId: string
  /** Branding & properties: Name. The client id when absent. */
  name?: string
  /** Certificates & secrets: the Value of a client secret. Without a secret the app is public. */
  clientSecret?: string
  /** Authentication: Redirect URIs. A sign-out can return to these, too. */
  redirectUris: string[]
  /** Authentication: Front-channel logout URL. */
  frontChannelLogoutUri?: string
  /**
   * Authentication: Allow public client flows, `false` by default. With `true`, device codes and
   * their refresh tokens are redeemed without a credential. With `false`, a credential is required.
   */
  allowPublicClientFlows?: boolean
  /** Token configuration: optional claims of the ID token. */
  optionalIdTokenClaims?: readonly OptionalIdTokenClaim[]
  /**
   * Token configuration: Add groups claim. With `SecurityGroup`, tokens have the security groups of the
   * user; with `All`, Microsoft 365 groups as well. No groups when absent.
   */
  groupMembershipClaims?: 'SecurityGroup' | 'All'
  /** App roles. */
  appRoles?: readonly AppRole[]
  /** Expose an API: the scopes, such as `access_as_user` for `api://<client id>/access_as_user`. */
  exposedScopes?: readonly string[]
}

export const sampleClientId = '6731de76-14a6-49ae-97bc-6eba6914391e'
/** This value protects nothing: the command prints it, and the source is public. */
export const sampleClientSecret = 'local-emulator-secret'

export const sampleClient: ClientRegistration = {
  clientId: sampleClientId,
  name: 'Sample application',
  clientSecret: sampleClientSecret,
  redirectUris: ['http://localhost:3000/getAToken'],
  frontChannelLogoutUri: 'http://localhost:3000/auth/frontchannel-logout',
  optionalIdTokenClaims: ['sid', 'login_hint', 'acrs', 'auth_time'],
  groupMembershipClaims: 'SecurityGroup',
  appRoles: [{ value: 'Reports.Read', users: ['AdeleV@contoso.onmicrosoft.com'] }],
}

export class ClientRegistry {
  readonly #clients = new Map<string, ClientRegistration>()

  constructor(clients: readonly ClientRegistration[]) {
    for (const client of clients) this.register(client)
  }

  /** Adds a client, or replaces the client with the same id. */
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

/** Entra ignores the port of `http://localhost`, and of no other host (Microsoft, "Redirect URI"). */
function withoutLocalPort(uri: string): string {
  return uri.replace(/^http:\/\/localhost:\d{1,5}(?=[/?]|$)/, 'http://localhost')
}

/** Whether an app has registered this redirect URI. Apart from local ports, each character counts. */
export function hasRedirectUri({ redirectUris }: ClientRegistration, uri: string): boolean {
  return redirectUris.some((registered) => withoutLocalPort(registered) === withoutLocalPort(uri))
}

export function nameOf(client: ClientRegistration): string {
  return client.name ?? client.clientId
}
