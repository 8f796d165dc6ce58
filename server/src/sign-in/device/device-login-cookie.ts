import { Type } from 'typebox'
import type { CookieKind } from '../../http/cookie-attributes.ts'
import { SealedCookie } from '../../http/sealed-cookies.ts'
import type { KeyRing } from '../../secrets/key-ring.ts'

const DeviceLoginId = Type.Object({ id: Type.String() })

export type DeviceLoginCookie = SealedCookie<typeof DeviceLoginId>

/** Longer than a device code lives, so that the browser can ask how the sign-in ended. */
const maxAgeSeconds = 30 * 60

/** Names the device login that this browser started: only this browser can finish it. */
export function deviceLoginCookie(kind: CookieKind, ring: KeyRing): DeviceLoginCookie {
  return new SealedCookie({ kind, ring, schema: DeviceLoginId, maxAgeSeconds })
}
