/** A request that is sent again and again, and the status of its answer. */
export interface Target {
  origin: string
  path: string
  /** The cookies of some sessions, which take turns; empty: no cookie is sent. */
  cookies: readonly string[]
  status: number
}

const browserName =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

/** The headers of a page's `fetch`. */
export function fetchHeaders(cookie?: string): Record<string, string> {
  return {
    accept: 'application/json',
    'accept-encoding': 'gzip, deflate, br',
    'sec-fetch-site': 'same-origin',
    'user-agent': browserName,
    'x-csrf': '1',
    ...(cookie !== undefined && { cookie }),
  }
}
