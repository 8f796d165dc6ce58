import { createHash } from 'node:crypto'
import { EntraError } from '../errors/entra-error.ts'

/** Proof Key for Code Exchange: what an authorization request binds its code to (RFC 7636). */
export interface CodeChallenge {
  value: string
  method: 'S256' | 'plain'
}

/** A verifier (RFC 7636 section 4.1), or a `plain` challenge, which is the verifier itself. */
const verifierShape = /^[\w.~-]{43,128}$/
/** A SHA-256 digest in base64url, without padding. */
const digestShape = /^[\w-]{43}$/

const invalidSize = (parameter: string) =>
  new EntraError('invalid_request', 501491, `Invalid size of ${parameter} parameter.`)

/**
 * The challenge of an authorization request. Entra accepts `S256` and `plain`, the default
 * (Microsoft, "OAuth 2.0 authorization code flow", `code_challenge_method`).
 *
 * @throws EntraError for an unknown method, a method without a challenge, or a misshapen challenge.
 */
export function readCodeChallenge(params: URLSearchParams): CodeChallenge | undefined {
  const value = params.get('code_challenge')
  const method = params.get('code_challenge_method') ?? 'plain'
  if (method !== 'S256' && method !== 'plain') {
    throw new EntraError('invalid_request', 50149, 'Invalid Code_Challenge_method parameter.')
  }
  if (value === null && !params.has('code_challenge_method')) return undefined
  const shape = method === 'S256' ? digestShape : verifierShape
  if (value === null || !shape.test(value)) throw invalidSize('Code_Challenge')
  return { value, method }
}

/**
 * Checks RFC 7636 section 4.6. Also refuses a verifier without a challenge: an attacker may have
 * removed the challenge from the authorization request (RFC 9700 section 2.1.1, PKCE downgrade).
 *
 * @throws EntraError for a verifier that has the wrong shape or does not fit the challenge.
 */
export function checkCodeVerifier(challenge: CodeChallenge | undefined, verifier?: string): void {
  if (verifier !== undefined && !verifierShape.test(verifier)) throw invalidSize('Code_Verifier')
  const digest = () =>
    createHash('sha256')
      .update(verifier ?? '')
      .digest('base64url')
  const proof = verifier === undefined || challenge?.method === 'plain' ? verifier : digest()
  if (proof === challenge?.value) return
  throw new EntraError(
    'invalid_grant',
    501481,
    'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
  )
}
