import { openidScopes } from '../scopes/permissions.ts'
import type { Resource } from '../scopes/resources.ts'
import { consentName, type RequestedScopes } from '../scopes/requested-scopes.ts'

/** What each user allowed each client, for as long as the emulator runs. */
export class Consents {
  readonly #granted = new Map<string, Set<string>>()

  #of(userId: string, clientId: string): Set<string> {
    const key = `${userId} ${clientId}`
    const found = this.#granted.get(key) ?? new Set<string>()
    this.#granted.set(key, found)
    return found
  }

  grant(userId: string, clientId: string, request: RequestedScopes): void {
    for (const name of consentNames(request)) this.#of(userId, clientId).add(name)
  }

  missing(userId: string, clientId: string, request: RequestedScopes): string[] {
    const granted = this.#of(userId, clientId)
    return consentNames(request).filter((name) => !granted.has(name))
  }

  clear(): void {
    this.#granted.clear()
  }

  /** Entra's tokens carry every consented scope of their resource, not only those asked for. */
  grantedFor(userId: string, clientId: string, resource: Resource): string[] {
    const names = [...this.#of(userId, clientId)].filter((name) => !openidScopes.includes(name))
    if (resource.kind === 'graph') return names.filter((name) => !name.startsWith('api://'))
    const prefix = consentName(resource, '')
    return names.filter((name) => name.startsWith(prefix)).map((n) => n.slice(prefix.length))
  }
}

/** The names one request needs consent for; OpenID Connect's own included. */
export function consentNames({ openid: basic, resource, scopes }: RequestedScopes): string[] {
  return [...basic, ...scopes.map((scope) => consentName(resource, scope))]
}
