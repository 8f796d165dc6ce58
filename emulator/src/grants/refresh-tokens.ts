import { randomBytes } from 'node:crypto'
import { ExpiringMap } from './expiring-map.ts'
import type { Authorization } from './sign-in.ts'
import { EntraError } from '../errors/entra-error.ts'

interface Issued {
  authorization: Authorization
  expiresAt: number
  revoked: boolean
}

/** Opaque refresh tokens. A new one does not end the old one: Entra keeps both. */
export class RefreshTokens {
  readonly #issued = new ExpiringMap<Issued>()

  issue(authorization: Authorization, lifetime: number): string {
    const token = `1.${randomBytes(48).toString('base64url')}`
    const expiresAt = Date.now() + lifetime * 1000
    this.#issued.set(token, { authorization, expiresAt, revoked: false })
    return token
  }

  isFromDevice(token: string | null): boolean {
    return this.#issued.get(token ?? '')?.authorization.byDevice === true
  }

  /** @throws EntraError when the token is unknown, another client's, expired or revoked. */
  redeem(token: string | null, clientId: string): Authorization {
    const found = this.#issued.get(token ?? '')
    if (found?.authorization.clientId !== clientId) {
      throw new EntraError(
        'invalid_grant',
        9002313,
        'Invalid request. Request is malformed or invalid.',
      )
    }
    if (found.revoked) {
      throw new EntraError(
        'invalid_grant',
        50173,
        'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
        { suberror: 'bad_token' },
      )
    }
    if (found.expiresAt <= Date.now()) {
      throw new EntraError(
        'invalid_grant',
        700082,
        'The refresh token has expired due to inactivity.',
      )
    }
    return found.authorization
  }

  revokeAllOf(userId: string): void {
    for (const issued of this.#issued.values()) {
      if (issued.authorization.userId === userId) issued.revoked = true
    }
  }
}
