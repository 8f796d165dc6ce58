import { compactVerify, decodeJwt } from 'jose'
import type { SigningKeys } from '../signing/signing-keys.ts'

interface IdTokenHint {
  userId?: string | undefined
  clientId?: string | undefined
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** User and client of an ID token of this emulator. The token may have expired. */
export async function readIdTokenHint(
  idToken: string | null,
  { verifying }: SigningKeys,
): Promise<IdTokenHint> {
  if (idToken === null) return {}
  try {
    await compactVerify(idToken, verifying)
  } catch {
    return {}
  }
  const { oid, aud } = decodeJwt(idToken)
  return { userId: text(oid), clientId: text(aud) }
}
