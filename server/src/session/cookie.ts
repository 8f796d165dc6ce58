import { randomBytes } from 'node:crypto'
import { type KeyRing, mac, sameText } from '../secrets/key-ring.ts'

const idBytes = 32

export function newSessionId(): string {
  return randomBytes(idBytes).toString('base64url')
}

/** The cookie's value: the id and its signature by the newest key. */
export function signSessionId(ring: KeyRing, id: string): string {
  return `${id}.${mac(ring[0].signing, id)}`
}

/** @returns the id, if some key of the ring signed it */
export function verifySessionId(ring: KeyRing, value: string): string | undefined {
  const dot = value.indexOf('.')
  if (dot < 1) return undefined
  const id = value.slice(0, dot)
  const signature = value.slice(dot + 1)
  return ring.some((keys) => sameText(signature, mac(keys.signing, id))) ? id : undefined
}
