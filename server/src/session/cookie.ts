import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from '../http/cookie-attributes.ts'
import { type KeyRing, mac, sameText } from '../secrets/key-ring.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the plugin must not see it (see `plugin.ts`), the session cookie is here. */
    hiddenSessionCookie?: string | undefined
  }
}

const idBytes = 32

export function newSessionId(): string {
  return randomBytes(idBytes).toString('base64url')
}

/** The cookie that stands for a session: its id, signed. */
export class SessionCookie {
  readonly kind: CookieKind
  readonly #ring: KeyRing

  constructor(kind: CookieKind, ring: KeyRing) {
    this.kind = kind
    this.#ring = ring
  }

  /** The id and its signature by the newest key. */
  sign(id: string): string {
    return `${id}.${mac(this.#ring.newest.signing, id)}`
  }

  isIn(request: FastifyRequest): boolean {
    return this.#valueIn(request) !== undefined
  }

  /** @returns the id, if some key of the ring signed it */
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
   * After a rotation: signs it with the newest key.
   * @param maxAge seconds
   * @returns whether that was needed
   */
  renew(request: FastifyRequest, reply: FastifyReply, maxAge: number): boolean {
    // Most of the time there is but one key, and nothing to find out on each call.
    if (this.#ring.all.length === 1) return false
    const id = this.idIn(request)
    if (id === undefined || this.sign(id) === this.#valueIn(request)) return false
    void reply.setCookie(this.kind.name, this.sign(id), { ...this.kind.options, maxAge })
    return true
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(this.kind.name, this.kind.options)
  }

  #valueIn(request: FastifyRequest): string | undefined {
    return request.hiddenSessionCookie ?? request.cookies[this.kind.name]
  }
}
