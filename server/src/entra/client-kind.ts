import { type Static, Type } from 'typebox'
import { EntraFailure } from './failures.ts'

/** Client types (RFC 6749 section 2.1): only a confidential client sends its credential. */
export const ClientKind = Type.Enum(['confidential', 'public'] as const)
export type ClientKind = Static<typeof ClientKind>

/**
 * The right kind, by the AADSTS number of Entra's answer to the wrong kind. For a device code and its
 * refresh tokens, "Allow public client flows" of the app registration decides which kind is right
 * (Microsoft, SupportArticles, "AADSTS7000218").
 */
const rightKinds = new Map<string | undefined, ClientKind>([
  ['700025', 'public'],
  ['7000218', 'confidential'],
])

/**
 * Sends a request as one kind of client, and once more as the other kind when Entra wants that.
 * @throws {EntraFailure} of the last request
 */
export async function withClientKind<T>(kind: ClientKind, send: (kind: ClientKind) => Promise<T>) {
  try {
    return await send(kind)
  } catch (error) {
    const right = error instanceof EntraFailure ? rightKinds.get(error.facts.aadsts) : undefined
    if (right === undefined || right === kind) throw error
    return send(right)
  }
}
