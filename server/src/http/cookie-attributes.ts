import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply } from 'fastify'

export interface CookieKind {
  /** The name of the cookie. When the name ends in an id, this is the part before the id. */
  name: string
  options: CookieSerializeOptions
}

/** The names and attributes of all cookies of this app. */
export interface Cookies {
  session: CookieKind
  /** One cookie for each sign-in under way. Its name ends in an id. */
  attempt: CookieKind
  /** Names the last session of a browser. */
  lastSession: CookieKind
  /** One cookie for each failed sign-in. Its name ends in an id. */
  signInError: CookieKind
  /** Names the sign-in on another device that the browser waits for. */
  deviceLogin: CookieKind
}

/**
 * With https, names begin with `__Host-Http-`: only a server of this origin can set such cookies.
 * Browsers refuse this prefix on http. With http, names hold the port, because ports share cookies.
 */
export function cookiesOf(publicUrl: string): Cookies {
  const { protocol, port } = new URL(publicUrl)
  const secure = protocol === 'https:'
  const nameOf = (name: string) => (secure ? `__Host-Http-${name}` : `${name}-${port || '80'}`)
  const options = { path: '/', httpOnly: true, secure }
  return {
    session: { name: nameOf('sid'), options: { ...options, sameSite: 'strict' } },
    // The next two cookies are Lax: browsers must send them when they come back from Entra, another site.
    attempt: { name: `${nameOf('tx')}-`, options: { ...options, sameSite: 'lax' } },
    lastSession: { name: `${nameOf('last')}-session`, options: { ...options, sameSite: 'lax' } },
    deviceLogin: { name: `${nameOf('device')}-login`, options: { ...options, sameSite: 'strict' } },
    signInError: { name: `${nameOf('err')}-`, options: { ...options, sameSite: 'strict' } },
  }
}

/** Clears every cookie that names a user or a session, so that the next user of the browser finds none. */
export function clearUserCookies(
  reply: FastifyReply,
  { session, lastSession, deviceLogin }: Cookies,
): void {
  for (const { name, options } of [session, lastSession, deviceLogin]) {
    void reply.clearCookie(name, options)
  }
}
