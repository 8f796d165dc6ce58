/** A request that is sent again and again, and the status of its answer. */
export interface Target {
  origin: string
  path: string
  /** The cookies of some sessions, which take turns; empty: no cookie is sent. */
  cookies: readonly string[]
  status: number
}

/**
 * How many sessions take turns in a load: this server lets one have eight calls of Graph under way, and
 * refuses the ninth. No load has more than four connections for each of these sessions.
 */
export const sessionsUnderLoad = 16

const browserName =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

/**
 * The headers of a page's `fetch`. The cookie is in the middle: wrk's Lua tells long texts apart by a
 * few bytes at their ends and in their middle, and is very slow where these are the same.
 */
export function fetchHeaders(cookie?: string): Record<string, string> {
  return {
    accept: 'application/json',
    'accept-encoding': 'gzip, deflate, br',
    'sec-fetch-site': 'same-origin',
    ...(cookie !== undefined && { cookie }),
    'user-agent': browserName,
    'x-csrf': '1',
  }
}

/** The request as it is sent. */
export function requestText({ origin, path }: Target, cookie?: string): string {
  const headers = { host: new URL(origin).host, ...fetchHeaders(cookie) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}
