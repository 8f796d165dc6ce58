import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from '../http/cookie-attributes.ts'
import { type KeyRing, mac, sameText } from '../secrets/key-ring.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Holds the session cookie while `@fastify/session` must not see the cookie (see `plugin.ts`). */
    hiddenSessionCookie?: string | undefined
  }
}

const idBytes = 32

export function newSessionId(): string {
  return randomBytes(idBytes).toString('base64url')
}

/** The session cookie: the id of the session, signed. */
export class SessionCookie {
  readonly kind: CookieKind
  readonly #ring: KeyRing

  constructor(kind: CookieKind, ring: KeyRing) {
    this.kind = kind
    this.#ring = ring
  }

  /** @returns the id and its signature by the newest key */
  sign(id: string): string {
    return `${id}.${mac(this.#ring.newest.signing, id)}`
  }

  isIn(request: FastifyRequest): boolean {
    return this.#valueIn(request) !== undefined
  }

  /** @returns the id; undefined when no key of the ring signed it */
  idIn(request: FastifyRequest): string | undefined {
    const value = this.#valueIn(request) ?? ''
    const dot = value.indexOf('.')
    if (dot < 1) return undefined
    const id = value.slice(0, dot)
    const signature = value.slice(dot + 1)
    const isSigned = this.#ring.all.some((keys) => sameText(signature, mac(keys.signing, id)))
    return isSigned ? id : undefined
  }

  /**
   * After a rotation of the secret, signs the cookie with the newest key.
   * @returns false when the newest key has signed it already
   */
  renew(request: FastifyRequest, reply: FastifyReply, maxAgeSeconds: number): boolean {
    // With a single key, no cookie needs a renewal. This check is cheap: `renew` runs on each API call.
    if (this.#ring.all.length === 1) return false
    const id = this.idIn(request)
    if (id === undefined || this.sign(id) === this.#valueIn(request)) return false
    const options = { ...this.kind.options, maxAge: maxAgeSeconds }
    void reply.setCookie(this.kind.name, this.sign(id), options)
    return true
  }

  #valueIn(request: FastifyRequest): string | undefined {
    return request.hiddenSessionCookie ?? request.cookies[this.kind.name]
  }
}
