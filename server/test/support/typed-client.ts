import { type Client, createClient } from '@entra-bff/shared/client'
import type { Browser } from './browser.ts'

/** The typed client in a program that has the cookies of a browser. */
export function clientOf({ origin, jar }: Browser): Client {
  return createClient({
    baseUrl: origin,
    fetch: async (url, init) => {
      const cookie = await jar.getCookieString(url)
      const response = await fetch(url, { ...init, headers: { ...init.headers, cookie } })
      for (const line of response.headers.getSetCookie()) await jar.setCookie(line, url)
      return response
    },
  })
}
