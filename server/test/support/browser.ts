import { CookieJar } from 'tough-cookie'
import { Agent, type Dispatcher, request } from 'undici'

/** What a page load ended with, after all redirects. */
export interface Page {
  url: URL
  status: number
  headers: Dispatcher.ResponseData['headers']
  html: string
  /** Every address on the way, the last one included. */
  visited: URL[]
}

export interface Answer {
  status: number
  headers: Dispatcher.ResponseData['headers']
  text: string
  json: unknown
}

interface Request {
  method?: Dispatcher.HttpMethod
  headers?: Record<string, string>
  body?: string
}

const maxRedirects = 20

/** The HTTP side of a browser: a cookie jar that obeys SameSite, fetch metadata, redirects. */
export class Browser {
  readonly origin: string
  readonly jar = new CookieJar(undefined, { allowSpecialUseDomain: true })
  /** Headers and body of every answer of the app. */
  readonly received: string[] = []
  readonly #dispatcher: Dispatcher

  /** @param origin of the app; requests to other origins are cross-site */
  constructor(origin: string, dispatcher: Dispatcher = new Agent()) {
    this.origin = origin
    this.#dispatcher = dispatcher
  }

  /**
   * Goes to an address as if it had been typed, or its link on a page of the app been clicked.
   * @param stopAt whether to stop before this address
   */
  async goTo(path: string, stopAt: (url: URL) => boolean = () => false): Promise<Page> {
    let url = new URL(path, this.origin)
    const visited = [url]
    let from = url.origin
    for (let hops = 0; hops < maxRedirects; hops += 1) {
      const answer = await this.#send(url, from, navigation(from, url), {})
      const location = answer.headers['location']
      if (answer.status < 300 || answer.status > 399 || typeof location !== 'string') {
        return { url, visited, status: answer.status, headers: answer.headers, html: answer.text }
      }
      // A chain that has passed through another site stays cross-site to its end.
      if (url.origin !== this.origin) from = url.origin
      url = new URL(location, url)
      visited.push(url)
      if (stopAt(url)) return { url, visited, status: 0, headers: answer.headers, html: '' }
    }
    throw new Error(`more than ${String(maxRedirects)} redirects: ${visited.join(' ')}`)
  }

  /** Sends a form of a page of the app, and does not follow the redirect. */
  submit(path: string, form: Record<string, string> = {}): Promise<Answer> {
    const url = new URL(path, this.origin)
    const body = new URLSearchParams(form).toString()
    const type = { 'content-type': 'application/x-www-form-urlencoded', origin: this.origin }
    const headers = { ...navigation(this.origin, url), ...type }
    return this.#send(url, this.origin, headers, { method: 'POST', body })
  }

  /** Sends what `fetch` of a page of the app sends. */
  fetch(path: string, init: Request = {}): Promise<Answer> {
    const headers = {
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
      accept: 'application/json',
      'x-csrf': '1',
      ...init.headers,
    }
    return this.#send(new URL(path, this.origin), this.origin, headers, init)
  }

  /** Whether `/api/session` says that somebody is signed in. */
  async isSignedIn(): Promise<boolean> {
    const { json } = await this.fetch('/api/session')
    return (json as { authenticated: boolean }).authenticated
  }

  /** The cookie pairs that would go to the app. */
  async cookies(): Promise<Record<string, string>> {
    const cookies = await this.jar.getCookies(this.origin, { sameSiteContext: 'strict' })
    return Object.fromEntries(cookies.map((cookie) => [cookie.key, cookie.value]))
  }

  /** The cookies that would go to the app, as one header. */
  cookieHeader(): Promise<string> {
    return this.jar.getCookieString(this.origin)
  }

  /** The report that the Error view shows where a page load ended there. */
  async reportOf({ url }: Pick<Page, 'url'>): Promise<unknown> {
    return (await this.fetch(`/api/errors/${url.searchParams.get('ref') ?? ''}`)).json
  }

  async #send(url: URL, from: string, headers: Record<string, string>, init: Request) {
    const sameSite = from === url.origin
    const sameSiteContext = sameSite ? 'strict' : init.method === 'POST' ? 'none' : 'lax'
    const cookie = await this.jar.getCookieString(url.href, { sameSiteContext })
    const answer = await request(url, {
      dispatcher: this.#dispatcher,
      method: init.method ?? 'GET',
      headers: { ...headers, ...(cookie && { cookie }) },
      body: init.body ?? null,
    })
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      await this.jar.setCookie(line, url.href, { sameSiteContext: 'strict' })
    }
    const text = await answer.body.text()
    if (url.origin === this.origin) this.received.push(JSON.stringify(answer.headers), text)
    return { status: answer.statusCode, headers: answer.headers, text, json: parse(text) }
  }
}

function navigation(from: string, to: URL): Record<string, string> {
  return {
    'sec-fetch-site': from === to.origin ? 'same-origin' : 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    accept: 'text/html,application/xhtml+xml',
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
