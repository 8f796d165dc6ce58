import { paths } from '@entra-bff/shared'
import type { Config } from '../config/config.ts'
import type { EntraSettings } from '../config/entra.ts'
import { cookiesOf } from '../http/cookie-attributes.ts'
import { problemsOfCookie } from './cookie-rules.ts'
import type { Tell } from './finding.ts'
import { networkTrouble } from './network-trouble.ts'
import type { Visit, Visitor } from './visitor.ts'

/** What a browser sends when a person types the address. */
const navigation = {
  accept: 'text/html',
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

/** Begins a sign-in at PUBLIC_URL, and looks at its cookie as a browser does. */
export async function checkCookies(
  config: Config,
  entra: EntraSettings,
  visitor: Visitor,
  tell: Tell,
): Promise<void> {
  try {
    const visit = await visitor.get(config.publicUrl + paths.login, navigation)
    if (requireSignIn(visit, config, entra, tell)) tellCookie(visit, config, tell)
  } catch (error) {
    const { text, remedy } = networkTrouble(error, visitor.proxy)
    tell.fail(`${config.publicUrl}${paths.login}: ${text}`, remedy)
  }
}

/** @returns whether the answer leads to Entra, as it must by these settings */
function requireSignIn(
  { status, headers }: Visit,
  { publicUrl, redirectUri }: Config,
  { clientId }: EntraSettings,
  tell: Tell,
): boolean {
  const location = headers.location ?? ''
  if (status !== 302 || !URL.canParse(location)) {
    tell.fail(
      `${publicUrl}${paths.login} answers ${String(status)}: no sign-in begins there`,
      status === 502
        ? 'Often the headers are larger than the proxy takes. For nginx: proxy_buffer_size 8k.'
        : 'The log of the server says why.',
    )
    return false
  }
  const { searchParams } = new URL(location)
  if (
    searchParams.get('client_id') === clientId &&
    searchParams.get('redirect_uri') === redirectUri
  ) {
    return true
  }
  tell.fail(
    `the server at ${publicUrl} runs with another CLIENT_ID, PUBLIC_URL or REDIRECT_PATH`,
    'Restart it with these settings.',
  )
  return false
}

function tellCookie({ headers }: Visit, { publicUrl, secure }: Config, tell: Tell): void {
  const { name } = cookiesOf(publicUrl).attempt
  const line = [headers['set-cookie'] ?? []].flat().find((text) => text.startsWith(name))
  if (line === undefined) {
    tell.fail(
      'the cookie of a sign-in does not arrive',
      'Make the proxy in front pass on Set-Cookie unchanged.',
    )
    return
  }
  const problems = problemsOfCookie(line, secure)
  if (problems.length === 0) tell.ok('browsers take the cookie of a sign-in, and send it back')
  else {
    tell.fail(
      `the cookie of a sign-in ${problems.join('; it ')}`,
      'Make the proxy in front pass on Set-Cookie unchanged (nginx: no proxy_cookie_path, _domain or _flags).',
    )
  }
}
