import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import type { KeyRing } from '../secrets/key-ring.ts'
import { seal, unseal } from '../secrets/seal.ts'
import type { CookieKind } from './cookie-attributes.ts'
import { cookieIn, cookieNamesIn } from './cookie-header.ts'

export interface SealedCookieOptions<Schema extends TSchema> {
  kind: CookieKind
  ring: KeyRing
  schema: Schema
  maxAgeSeconds: number
}

/**
 * A cookie with a sealed value. The value is bound to the cookie's name, so that the browser can
 * neither read nor change the value, nor move the value to another cookie.
 */
export class SealedCookie<Schema extends TSchema, T = Static<Schema>> {
  readonly #options: SealedCookieOptions<Schema>

  constructor(options: SealedCookieOptions<Schema>) {
    this.#options = options
  }

  /** @returns undefined when the cookie is absent, or was not made by this server */
  read(request: FastifyRequest): T | undefined {
    const { ring, kind } = this.#options
    const cookie = cookieIn(request, kind.name)
    if (cookie === undefined) return undefined
    try {
      const value: unknown = JSON.parse(unseal(ring, kind.name, Buffer.from(cookie, 'base64url')))
      return this.#fits(value) ? value : undefined
    } catch {
      return undefined
    }
  }

  set(reply: FastifyReply, value: T): void {
    const { ring, kind, maxAgeSeconds } = this.#options
    const sealed = seal(ring, kind.name, JSON.stringify(value)).toString('base64url')
    void reply.setCookie(kind.name, sealed, { ...kind.options, maxAge: maxAgeSeconds })
  }

  clear(reply: FastifyReply): void {
    const { name, options } = this.#options.kind
    void reply.clearCookie(name, options)
  }

  #fits(value: unknown): value is T {
    return Check(this.#options.schema, value)
  }
}

/** The form of the ids that this server makes. A cookie with any other id could not even be cleared. */
const plainId = /^[\w-]+$/

/** A browser holds few such cookies. A request with hundreds must cost no more than others. */
const maxCookiesRead = 10

/** Sealed cookies of one kind, of which a browser can hold several. Each name ends in an id. */
export class SealedCookies<Schema extends TSchema, T = Static<Schema>> {
  readonly #options: SealedCookieOptions<Schema>

  constructor(options: SealedCookieOptions<Schema>) {
    this.#options = options
  }

  /** The cookie with this id. */
  one(id: string): SealedCookie<Schema, T> {
    const { kind } = this.#options
    return new SealedCookie({ ...this.#options, kind: { ...kind, name: `${kind.name}${id}` } })
  }

  /** The ids of the first ten cookies of this kind in the request. */
  ids(request: FastifyRequest): string[] {
    const { name: prefix } = this.#options.kind
    const ids = cookieNamesIn(request)
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .filter((id) => plainId.test(id))
    return [...new Set(ids)].slice(0, maxCookiesRead)
  }
}
