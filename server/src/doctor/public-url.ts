import type { Config } from '../config/config.ts'
import { headersOf } from '../http/headers.ts'
import type { Tell } from './finding.ts'
import { networkTrouble } from './network-trouble.ts'
import type { Visit, Visitor } from './visitor.ts'

const proxyRemedy = 'Make the proxy in front pass on the headers of the server unchanged.'

/**
 * Goes to PUBLIC_URL as browsers do, through the proxy in front.
 * @returns whether this server answers there
 */
export async function checkPublicUrl(
  { publicUrl, secure }: Pick<Config, 'publicUrl' | 'secure'>,
  visitor: Visitor,
  tell: Tell,
): Promise<boolean> {
  const url = `${publicUrl}/livez`
  try {
    const visit = await visitor.get(url)
    if (visit.status !== 200 || visit.text !== '{"status":"ok"}') {
      tell.fail(
        `${url} answers ${String(visit.status)}, and not as this server does`,
        'Lead PUBLIC_URL to the server: start it, and check the proxy in front.',
      )
      return false
    }
    tellHeaders(url, visit, secure, tell)
    return true
  } catch (error) {
    const { text, remedy, isTls } = networkTrouble(error, visitor.proxy)
    if (isTls) {
      tell.fail(`${publicUrl}: ${text}`, `Correct the TLS of the proxy in front. ${remedy}`)
    } else {
      tell.warn(
        `no server runs at ${publicUrl}: ${text}`,
        'Start the server, and run the doctor again.',
      )
    }
    return false
  }
}

function tellHeaders(url: string, { headers }: Visit, secure: boolean, tell: Tell): void {
  const changed = Object.entries(headersOf(secure))
    .filter(([name, value]) => !isSent(name, value, headers[name]))
    .map(([name]) => name)
  if (changed.length > 0) {
    tell.warn(`${url}: on the way, these headers were changed: ${changed.join(', ')}`, proxyRemedy)
  }
  if (headers.age !== undefined) {
    tell.warn(`${url}: the answer comes from a cache`, 'Switch off the cache before the server.')
  }
  if (changed.length === 0 && headers.age === undefined) {
    tell.ok(`${url} answers, with the security headers and not from a cache`)
  }
}

/** A proxy may have its own time for HSTS. */
function isSent(name: string, value: string, sent: string | string[] | undefined): boolean {
  return name === 'strict-transport-security' ? sent !== undefined : sent === value
}
