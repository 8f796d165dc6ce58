import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from './cookie-attributes.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { seal, unseal } from '../secrets/seal.ts'

/** Such as this server gives; other names could not even be cleared. */
const plainId = /^[\w-]+$/

/** A browser holds few; a request that carries hundreds must cost no more than others. */
const mostRead = 10

/**
 * Values of one kind that live in the browser they belong to: each in a cookie of its own, sealed,
 * and bound to its id, so that the browser can neither read nor alter nor exchange them.
 */
export class SealedCookies<T extends object> {
  readonly #kind: CookieKind
  readonly #ring: KeyRing
  readonly #maxAge: number

  /** @param maxAge seconds */
  constructor(kind: CookieKind, ring: KeyRing, maxAge: number) {
    this.#kind = kind
    this.#ring = ring
    this.#maxAge = maxAge
  }

  set(reply: FastifyReply, id: string, value: T): void {
    const name = this.#nameOf(id)
    const sealed = seal(this.#ring, name, JSON.stringify(value)).toString('base64url')
    void reply.setCookie(name, sealed, { ...this.#kind.options, maxAge: this.#maxAge })
  }

  /** @returns undefined where there is none, or none that this server made under this id */
  get(request: FastifyRequest, id: string): T | undefined {
    const name = this.#nameOf(id)
    const cookie = request.cookies[name]
    if (cookie === undefined) return undefined
    try {
      return JSON.parse(unseal(this.#ring, name, Buffer.from(cookie, 'base64url'))) as T
    } catch {
      return undefined
    }
  }

  clear(reply: FastifyReply, id: string): void {
    void reply.clearCookie(this.#nameOf(id), this.#kind.options)
  }

  /** The ids of the first ten cookies of this kind in the request, whether they can be opened or not. */
  ids(request: FastifyRequest): string[] {
    return Object.keys(request.cookies)
      .filter((name) => name.startsWith(this.#kind.name))
      .map((name) => name.slice(this.#kind.name.length))
      .filter((id) => plainId.test(id))
      .slice(0, mostRead)
  }

  #nameOf(id: string): string {
    return `${this.#kind.name}${id}`
  }
}
