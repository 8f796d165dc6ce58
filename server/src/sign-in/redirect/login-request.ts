import {
  homePath,
  type LocalPath,
  localPath,
  type LoginQuery,
  type Prompt,
} from '@entra-bff/shared'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../../config/config.ts'
import { resourcesOf } from '../../config/scopes.ts'
import { Failure } from '../../failure.ts'
import { isNavigation } from '../../http/navigation.ts'
import { maxLoginHintLength } from '../../session/record.ts'

/** Characters of the percent-encoded hint. */
const maxHintCharacters = { loginHint: maxLoginHintLength, domainHint: 128 }

/** Characters. The path is kept in a cookie, and a browser can have five such cookies at once. */
const maxReturnToCharacters = 512

/** Refuses a sign-in that a frame, an image or a fetch starts: a person must go to the address. */
export function requireNavigation(request: FastifyRequest): void {
  if (isNavigation(request)) return
  throw new Failure('csrf_failed', 'a sign-in that is not a navigation', {
    publicDetail: 'A sign-in starts by going to this address, not by fetching it.',
  })
}

/**
 * Keeps the headers of the answer below the 4 kB that proxies take by default. Entra's address holds
 * a login hint twice.
 */
export function requireShortHints(query: LoginQuery): void {
  for (const name of ['loginHint', 'domainHint'] as const) {
    if (encodeURIComponent(query[name] ?? '').length <= maxHintCharacters[name]) continue
    throw refusal(
      `the query "${name}" is too long`,
      `The query "${name}" is too long: ${String(maxHintCharacters[name])} characters at most, percent-encoded.`,
    )
  }
}

/** @param knownScopes the scopes that the query may name */
export function scopesOf(
  query: LoginQuery,
  knownScopes: readonly string[],
  config: Config,
): string[] {
  if (query.scopes === undefined) return [...new Set(config.scopes)]
  const scopes = [...new Set(query.scopes.split(' ').filter(Boolean))]
  if (!scopes.every((scope) => knownScopes.includes(scope))) {
    throw refusal(
      'the query "scopes" has a scope that no call needs',
      'The scopes must be those of the calls this app makes.',
    )
  }
  // For scopes of two APIs, Entra would answer AADSTS28000.
  if (resourcesOf(scopes).length > 1) {
    throw refusal(
      'the query "scopes" has scopes of two APIs',
      'The scopes must be those of one API: a sign-in cannot ask for permissions of two.',
    )
  }
  return scopes
}

/** The path to return to, also from a query that does not fit its schema. */
export function returnToOf({ query }: FastifyRequest): LocalPath {
  const path = localPath((query as { returnTo?: unknown }).returnTo)
  return path !== undefined && path.length <= maxReturnToCharacters ? path : homePath
}

/**
 * Only a page of this app can ask for a sign-in without a page of Entra: a silent sign-in would end the
 * person's session and begin another one unnoticed (OWASP ASVS 5.0, 7.6.2). Every other start shows
 * the account picker: from another site, a mail (`none`) or an old browser (no header).
 */
export function promptOf(
  request: FastifyRequest<{ Querystring: LoginQuery }>,
  config: Config,
): Prompt | undefined {
  if (request.headers['sec-fetch-site'] !== 'same-origin') return 'select_account'
  const { prompt, loginHint } = request.query
  // A login hint names the account, so the setting PROMPT does not apply.
  return prompt ?? (loginHint ? undefined : config.entra?.prompt)
}

function refusal(reason: string, publicDetail: string): Failure {
  return new Failure('invalid_request', reason, { publicDetail })
}
