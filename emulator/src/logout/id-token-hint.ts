import { compactVerify, decodeJwt } from 'jose'
import type { SigningKey } from '../signing/signing-key.ts'

interface IdTokenHint {
  userId?: string | undefined
  clientId?: string | undefined
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** User and client of an ID token of this emulator. The token may have expired. */
export async function readIdTokenHint(
  idToken: string | null,
  { publicKey }: SigningKey,
): Promise<IdTokenHint> {
  if (idToken === null) return {}
  try {
    await compactVerify(idToken, publicKey)
  } catch {
    return {}
  }
  const { oid, aud } = decodeJwt(idToken)
  return { userId: text(oid), clientId: text(aud) }
}
