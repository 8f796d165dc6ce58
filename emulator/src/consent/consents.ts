import type { SampleUser } from '../directory/users.ts'
import { needsAdministrator, openidScopes } from '../scopes/permissions.ts'
import { consentName, type RequestedScopes } from '../scopes/requested-scopes.ts'
import type { Resource } from '../scopes/resources.ts'

/** The scopes that each user has consented to, for each client. */
export class Consents {
  readonly #granted = new Map<string, Set<string>>()

  #of(userId: string, clientId: string): Set<string> {
    const key = `${userId} ${clientId}`
    const found = this.#granted.get(key) ?? new Set<string>()
    this.#granted.set(key, found)
    return found
  }

  grant(userId: string, clientId: string, requested: RequestedScopes): void {
    for (const name of consentNames(requested)) this.#of(userId, clientId).add(name)
  }

  missing(userId: string, clientId: string, requested: RequestedScopes): string[] {
    const granted = this.#of(userId, clientId)
    return consentNames(requested).filter((name) => !granted.has(name))
  }

  clear(): void {
    this.#granted.clear()
  }

  /** The consented scopes of one resource, by their short names. */
  grantedFor(userId: string, clientId: string, resource: Resource): string[] {
    const names = [...this.#of(userId, clientId)].filter((name) => !openidScopes.includes(name))
    if (resource.kind === 'graph') return names.filter((name) => !name.startsWith('api://'))
    const prefix = consentName(resource, '')
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  }
}

/** The scopes of a request that need consent. The OpenID Connect scopes need it, too. */
export function consentNames({ openid, resource, scopes }: RequestedScopes): string[] {
  return [...openid, ...scopes.map((scope) => consentName(resource, scope))]
}

/** The scopes that this user cannot consent to, because only an administrator can. */
export function adminOnlyScopes({ administrator }: SampleUser, scopes: readonly string[]) {
  return administrator ? [] : scopes.filter(needsAdministrator)
}
