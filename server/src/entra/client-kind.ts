import { type Static, Type } from 'typebox'
import { EntraFailure } from './failures.ts'

/** How this app asks for tokens (RFC 6749 section 2.1): with its credential, or without. */
export const ClientKind = Type.Enum(['confidential', 'public'] as const)
export type ClientKind = Static<typeof ClientKind>

/**
 * Entra's answers to the wrong kind. For a device code, and the refresh tokens that come of it, the
 * app registration's "Allow public client flows" decides which one is right (Microsoft,
 * SupportArticles, "AADSTS7000218").
 */
const wanted = new Map<string | undefined, ClientKind>([
  ['700025', 'public'],
  ['7000218', 'confidential'],
])

/**
 * Asks as one kind of client, and once more as the other one when Entra wants that.
 * @throws {EntraFailure} of the last question
 */
export async function askAs<T>(kind: ClientKind, ask: (kind: ClientKind) => Promise<T>) {
  try {
    return await ask(kind)
  } catch (error) {
    const other = error instanceof EntraFailure ? wanted.get(error.facts.aadsts) : undefined
    if (other === undefined || other === kind) throw error
    return ask(other)
  }
}
