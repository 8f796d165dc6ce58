import { randomBytes } from 'node:crypto'
import { EntraError } from '../errors/entra-error.ts'
import { ExpiringMap } from './expiring-map.ts'
import { malformedGrant } from './malformed-grant.ts'
import type { SignIn } from './sign-in.ts'

interface IssuedToken {
  signIn: SignIn
  expiresAt: number
  revoked: boolean
}

/** Refresh tokens. As at Entra, an old token stays valid after a new token is issued. */
export class RefreshTokens {
  readonly #tokens = new ExpiringMap<IssuedToken>()

  issue(signIn: SignIn, lifetimeSeconds: number): string {
    const token = `1.${randomBytes(48).toString('base64url')}`
    const expiresAt = Date.now() + lifetimeSeconds * 1000
    this.#tokens.set(token, { signIn, expiresAt, revoked: false })
    return token
  }

  isFromDevice(token: string | null): boolean {
    return this.#tokens.get(token ?? '')?.signIn.byDevice === true
  }

  /** @throws EntraError when the token is unknown, another client's, expired or revoked. */
  redeem(token: string, clientId: string): SignIn {
    const issued = this.#tokens.get(token)
    if (issued?.signIn.clientId !== clientId) throw malformedGrant()
    if (issued.revoked) {
      throw new EntraError(
        'invalid_grant',
        50173,
        'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
        { suberror: 'bad_token' },
      )
    }
    if (issued.expiresAt <= Date.now()) {
      throw new EntraError(
        'invalid_grant',
        700082,
        'The refresh token has expired due to inactivity.',
      )
    }
    return issued.signIn
  }

  revokeAllOf(userId: string): void {
    for (const issued of this.#tokens.values()) {
      if (issued.signIn.userId === userId) issued.revoked = true
    }
  }
}
