import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply } from 'fastify'

export interface CookieKind {
  name: string
  options: CookieSerializeOptions
}

/** The names and attributes of this app's cookies. All are HttpOnly, for the whole origin. */
export interface Cookies {
  session: CookieKind
  /** One for each sign-in under way; the name is followed by the attempt's own. */
  attempt: CookieKind
  /** Names the session a browser had last. */
  lastSession: CookieKind
  /** One for each failed sign-in; the name is followed by its reference. */
  signInError: CookieKind
  /** Names the sign-in on another device that a browser waits for. */
  deviceLogin: CookieKind
}

/**
 * With https: the `__Host-Http-` prefix, which only this origin's server can set. Browsers refuse
 * that on http, so there the port tells apart the apps of one developer's machine.
 */
export function cookiesOf(publicUrl: string): Cookies {
  const { protocol, port } = new URL(publicUrl)
  const secure = protocol === 'https:'
  const nameOf = (name: string) => (secure ? `__Host-Http-${name}` : `${name}-${port || '80'}`)
  const options = { path: '/', httpOnly: true, secure }
  return {
    session: { name: nameOf('sid'), options: { ...options, sameSite: 'strict' } },
    // Lax: these must arrive with the navigation that comes back from Entra, another site.
    attempt: { name: `${nameOf('tx')}-`, options: { ...options, sameSite: 'lax' } },
    lastSession: { name: `${nameOf('last')}-session`, options: { ...options, sameSite: 'lax' } },
    deviceLogin: { name: `${nameOf('device')}-login`, options: { ...options, sameSite: 'strict' } },
    signInError: { name: `${nameOf('err')}-`, options: { ...options, sameSite: 'strict' } },
  }
}

/** Clears every cookie that names a user or a session: at a sign-out, the next user finds none. */
export function clearUserCookies(
  reply: FastifyReply,
  { session, lastSession, deviceLogin }: Cookies,
): void {
  for (const { name, options } of [session, lastSession, deviceLogin]) {
    void reply.clearCookie(name, options)
  }
}
