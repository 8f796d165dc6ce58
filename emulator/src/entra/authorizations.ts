import { randomUUID } from 'node:crypto'
import type { RequestedScopes } from './scopes.ts'

/** One sign-in of one user at one client: what codes and refresh tokens stand for. */
export interface Authorization {
  id: string
  userId: string
  clientId: string
  request: RequestedScopes
  sid: string
  nonce?: string
}

/** Sign-ins whose authorization code may still be redeemed. */
export class Authorizations {
  readonly #byId = new Map<string, Authorization>()

  add(details: Omit<Authorization, 'id'>): Authorization {
    const authorization = { id: randomUUID(), ...details }
    this.#byId.set(authorization.id, authorization)
    return authorization
  }

  find(id: string): Authorization | undefined {
    return this.#byId.get(id)
  }
}
