import { randomBytes } from 'node:crypto'
import { EntraError } from '../errors/entra-error.ts'
import { ExpiringMap } from './expiring-map.ts'
import { malformedGrant } from './malformed-grant.ts'
import { checkCodeVerifier, type CodeChallenge } from './pkce.ts'
import type { SignIn } from './sign-in.ts'

interface IssuedCode {
  signIn: SignIn
  redirectUri: string
  challenge: CodeChallenge | undefined
}

interface Redemption {
  code: string
  clientId: string
  redirectUri: string
  /** The `code_verifier` of PKCE. */
  verifier?: string
}

/** Authorization codes (RFC 6749 section 4.1). */
export class AuthorizationCodes {
  readonly #codes = new ExpiringMap<IssuedCode & { expiresAt: number; redeemed: boolean }>()

  issue(issued: IssuedCode, lifetimeSeconds: number): string {
    const code = `1.${randomBytes(48).toString('base64url')}`
    const expiresAt = Date.now() + lifetimeSeconds * 1000
    this.#codes.set(code, { ...issued, expiresAt, redeemed: false })
    return code
  }

  /**
   * Redeems a code, once. As at Entra, a second attempt does not revoke the tokens of the first. A
   * code stays valid after an attempt with a wrong verifier or a wrong redirect URI.
   *
   * @throws EntraError for a code that is unknown, another client's, expired or redeemed, and for a
   *   verifier or a redirect URI that does not fit.
   */
  redeem({ code, clientId, redirectUri, verifier }: Redemption): SignIn {
    const issued = this.#codes.get(code)
    if (issued?.signIn.clientId !== clientId) throw malformedGrant()
    if (issued.expiresAt <= Date.now()) throw expired()
    if (issued.redeemed) throw alreadyRedeemed()
    checkCodeVerifier(issued.challenge, verifier)
    if (issued.redirectUri !== redirectUri) throw otherRedirectUri()
    issued.redeemed = true
    return issued.signIn
  }
}

const expired = () =>
  new EntraError(
    'invalid_grant',
    70008,
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  )

const alreadyRedeemed = () =>
  new EntraError(
    'invalid_grant',
    54005,
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  )

const otherRedirectUri = () =>
  new EntraError(
    'invalid_grant',
    500112,
    'The reply address does not match the reply address provided when requesting Authorization code.',
  )
