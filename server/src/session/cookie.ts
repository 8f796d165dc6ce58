import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CacheCounts } from '../cache-counts.ts'
import type { CookieKind } from '../http/cookie-attributes.ts'
import { cookieIn } from '../http/cookie-header.ts'
import { type KeyRing, mac, sameText } from '../secrets/key-ring.ts'
import { RingCache } from '../secrets/ring-cache.ts'

const idBytes = 32
const maxVerifiedCookies = 2_000

export function newSessionId(): string {
  return randomBytes(idBytes).toString('base64url')
}

export interface SessionCookieOptions {
  kind: CookieKind
  ring: KeyRing
  /** The name of the record of a session id. */
  nameOf: (id: string) => string
}

/** The session cookie: the id of the session, signed. */
export class SessionCookie {
  readonly #options: SessionCookieOptions
  /** Names of records, by the values of cookies whose signature is good. */
  readonly #verified: RingCache<string>
  readonly cacheCounts = new CacheCounts()

  constructor(options: SessionCookieOptions) {
    this.#options = options
    this.#verified = new RingCache(options.ring, maxVerifiedCookies)
  }

  get kind(): CookieKind {
    return this.#options.kind
  }

  /** @returns the id and its signature by the newest key */
  sign(id: string): string {
    return `${id}.${mac(this.#options.ring.newest.signing, id)}`
  }

  valueIn(request: FastifyRequest): string | undefined {
    return cookieIn(request, this.kind.name)
  }

  /**
   * The name of the session's record. A cookie that was seen before costs no hash: this runs on every
   * request.
   * @param value the value of the cookie
   * @returns undefined when no key of the ring signed the cookie
   */
  nameFor(value: string): string | undefined {
    const known = this.#verified.get(value)
    if (known === undefined) {
      this.cacheCounts.misses += 1
      return this.#verify(value)
    }
    this.cacheCounts.hits += 1
    return known
  }

  nameIn(request: FastifyRequest): string | undefined {
    const value = this.valueIn(request)
    return value === undefined ? undefined : this.nameFor(value)
  }

  /**
   * After a rotation of the secret, signs the cookie with the newest key.
   * @returns false when the newest key has signed it already
   */
  renew(request: FastifyRequest, reply: FastifyReply, maxAgeSeconds: number): boolean {
    // With a single key, no cookie needs a renewal. This check is cheap: `renew` runs on each API call.
    if (this.#options.ring.all.length === 1) return false
    const value = this.valueIn(request) ?? ''
    const id = this.#idOf(value)
    if (id === undefined || this.sign(id) === value) return false
    const options = { ...this.kind.options, maxAge: maxAgeSeconds }
    void reply.setCookie(this.kind.name, this.sign(id), options)
    return true
  }

  #verify(value: string): string | undefined {
    const id = this.#idOf(value)
    if (id === undefined) return undefined
    const name = this.#options.nameOf(id)
    this.#verified.set(copyOf(value), name)
    return name
  }

  /** @returns the id; undefined when no key of the ring signed it */
  #idOf(value: string): string | undefined {
    const dot = value.indexOf('.')
    if (dot < 1) return undefined
    const id = value.slice(0, dot)
    const signature = value.slice(dot + 1)
    const { all } = this.#options.ring
    return all.some((keys) => sameText(signature, mac(keys.signing, id))) ? id : undefined
  }
}

/** A part of a text keeps the whole text in memory: here, all cookies of the request. */
function copyOf(text: string): string {
  return Buffer.from(text).toString()
}
