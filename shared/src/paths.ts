/** Paths of the server that the SPA, a script or Entra calls. */
export const paths = {
  login: '/auth/login',
  logout: '/auth/logout',
  frontChannelLogout: '/auth/frontchannel-logout',
  session: '/api/session',
  extendSession: '/api/session/extend',
  sessionEvents: '/api/session/events',
  sessions: '/api/sessions',
  deviceLogins: '/api/device-logins',
  setup: '/api/setup',
  errors: '/api/errors',
  agendaReport: '/api/reports/agenda',
  openApi: '/openapi.json',
} as const

/**
 * The header that every `/api` request of a browser carries. A page of another origin cannot add it
 * without a preflight, which this server refuses (RFC 10017, section 6.1, CSRF).
 */
export const csrfHeader = { name: 'x-csrf', value: '1' } as const

/** The path of a downstream call, by the call's id. */
export function callPath(id: string): string {
  return `/api/${id}`
}

/**
 * A value as one segment of a path.
 * @throws {TypeError} for a value that is missing, or that would lead to another path: `..`
 */
export function pathSegment(name: string, value = ''): string {
  if (/^\.{0,2}$/.test(value)) throw new TypeError(`"${value}" is no value for ${name}`)
  return encodeURIComponent(value)
}
