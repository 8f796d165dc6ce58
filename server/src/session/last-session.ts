import { Type } from 'typebox'
import type { CookieKind } from '../http/cookie-attributes.ts'
import { SealedCookie } from '../http/sealed-cookies.ts'
import type { KeyRing } from '../secrets/key-ring.ts'

/** `key` is the name of the session's record. Older versions wrote this name. */
const LastSession = Type.Object({ key: Type.String() })

export type LastSessionCookie = SealedCookie<typeof LastSession>

/**
 * A Lax cookie with the name of the browser's last session, which the next sign-in ends: the Strict
 * session cookie does not come with the navigation from Entra. The Lax cookie opens no session.
 */
export function lastSessionCookie(
  kind: CookieKind,
  ring: KeyRing,
  maxAgeSeconds: number,
): LastSessionCookie {
  return new SealedCookie({ kind, ring, schema: LastSession, maxAgeSeconds })
}
