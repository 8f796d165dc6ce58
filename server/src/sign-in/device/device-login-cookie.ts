import { Type } from 'typebox'
import type { CookieKind } from '../../http/cookie-attributes.ts'
import { SealedCookie } from '../../http/sealed-cookies.ts'
import type { KeyRing } from '../../secrets/key-ring.ts'

const DeviceLoginId = Type.Object({ id: Type.String() })

export type DeviceLoginCookie = SealedCookie<typeof DeviceLoginId>

/** Longer than a device code is valid, so that the browser can read how the login ended. */
const maxAgeSeconds = 30 * 60

/** Holds the id of the device login that this browser started. Only this browser can use the login. */
export function deviceLoginCookie(kind: CookieKind, ring: KeyRing): DeviceLoginCookie {
  return new SealedCookie({ kind, ring, schema: DeviceLoginId, maxAgeSeconds })
}
