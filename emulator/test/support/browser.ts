/** A page, or the foreign address that a redirect led to. */
export interface Page {
  url: string
  status: number
  text: string
  headers: Headers
}

const attribute = (tag: string, name: string) =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&')

interface Button {
  text: string
  action: string
  fields: [string, string][]
}

function buttonsOf(html: string): Button[] {
  return [...html.matchAll(/<form[^>]*>.*?<\/form>/gs)].flatMap(([form]) => {
    const action = attribute(form, 'action') ?? ''
    const hidden = [...form.matchAll(/<input type="hidden"[^>]*>/g)].map(
      ([tag]): [string, string] => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? ''],
    )
    return [...form.matchAll(/<button[^>]*>(.*?)<\/button>/gs)].map(([tag, content = '']) => {
      const name = attribute(tag, 'name')
      const own: [string, string][] = name ? [[name, attribute(tag, 'value') ?? '']] : []
      const text = content
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
      return { text, action, fields: [...hidden, ...own] }
    })
  })
}

/** A small browser: cookies of one host, redirects, forms. */
export class Browser {
  readonly #origin: string
  readonly #cookies = new Map<string, string>()

  constructor(origin: string) {
    this.#origin = origin
  }

  /** Follows redirects until one leads to another origin. That address is the result. */
  async open(url: string, form?: URLSearchParams): Promise<Page> {
    let target = new URL(url, this.#origin)
    let body = form
    for (let hops = 0; hops < 10; hops += 1) {
      const response = await fetch(target, {
        redirect: 'manual',
        headers: { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') },
        ...(body && { method: 'POST', body }),
      })
      this.#keepCookies(response)
      const location = response.headers.get('location')
      const { status, headers } = response
      if (location === null) {
        return { url: target.href, status, headers, text: await response.text() }
      }
      await response.arrayBuffer()
      target = new URL(location, target)
      body = undefined
      if (target.origin !== this.#origin) return { url: target.href, status, headers, text: '' }
    }
    throw new Error(`too many redirects, last to ${target.href}`)
  }

  /** Presses the button whose text contains `text`, after typing into fields. */
  async press(page: Page, text: string, typed: Record<string, string> = {}): Promise<Page> {
    const button = buttonsOf(page.text).find((candidate) => candidate.text.includes(text))
    if (!button) throw new Error(`no button ${text} in ${page.text}`)
    const form = new URLSearchParams([...button.fields, ...Object.entries(typed)])
    return this.open(new URL(button.action, page.url).href, form)
  }

  #keepCookies(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
      this.#cookies.set(name, value)
    }
  }
}
