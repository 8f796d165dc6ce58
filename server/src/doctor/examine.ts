import type { Config } from '../config/config.ts'
import { EntraHttp } from '../entra/http.ts'
import { checkAuthority } from './authority.ts'
import { checkClock } from './clock.ts'
import { checkCookies } from './cookies.ts'
import { checkCredential } from './credential.ts'
import { checkDownstream } from './downstream.ts'
import { checkNames, type Finding } from './finding.ts'
import { checkProxyHeaders } from './proxy-headers.ts'
import { checkPublicUrl } from './public-url.ts'
import { checkRedirectUri } from './redirect-uri.ts'
import { Rounds } from './rounds.ts'
import { checkSettings } from './settings.ts'
import { checkStore } from './store.ts'
import { Visitor } from './visitor.ts'

/** Checks the settings against the world. @param onFinding called with each finding, in order */
export async function examine(
  env: Readonly<Record<string, string | undefined>>,
  onFinding: (finding: Finding) => void,
): Promise<void> {
  const rounds = new Rounds(onFinding)
  const config = await rounds.check('settings', async (tell) => checkSettings(env, tell))
  if (!config) {
    const [, ...others] = checkNames
    rounds.skip(others, 'not checked: the settings have problems')
    return
  }
  await examineEntra(config, rounds)
  await rounds.check('store', (tell) => checkStore(config.session, tell))
  await examineApis(config, rounds)
  await examinePublicUrl(config, rounds)
}

async function examineEntra(config: Config, rounds: Rounds): Promise<void> {
  const { entra: settings, proxy, redirectUri } = config
  if (!settings) {
    const why = 'not checked: CLIENT_ID, CLIENT_SECRET or AUTHORITY is missing or wrong'
    rounds.skip(['authority', 'clock', 'credential', 'redirect-uri'], why)
    return
  }
  const http = new EntraHttp(proxy)
  const visitor = new Visitor(proxy)
  try {
    const authority = await rounds.check('authority', (tell) =>
      checkAuthority(settings.authority, http, proxy, tell),
    )
    if (authority) {
      await rounds.check('clock', async (tell) => {
        checkClock(authority, tell)
      })
      await rounds.check('credential', (tell) =>
        checkCredential({ settings, http, proxy, discovery: authority.discovery }, tell),
      )
    } else {
      rounds.skip(['clock', 'credential'], 'not checked: the authority gives no usable answer')
    }
    await rounds.check('redirect-uri', (tell) =>
      checkRedirectUri(redirectUri, settings.clientId, authority, visitor, tell),
    )
  } finally {
    await http.close()
    await visitor.close()
  }
}

async function examineApis(config: Config, rounds: Rounds): Promise<void> {
  const visitor = new Visitor(config.proxy)
  try {
    await rounds.check('downstream', (tell) => checkDownstream(config, visitor, tell))
  } finally {
    await visitor.close()
  }
}

async function examinePublicUrl(config: Config, rounds: Rounds): Promise<void> {
  // Browsers do not take HTTPS_PROXY on their way to PUBLIC_URL.
  const visitor = new Visitor({ httpsProxy: undefined, noProxy: '' })
  try {
    const { entra } = config
    const runs = await rounds.check('public-url', (tell) => checkPublicUrl(config, visitor, tell))
    if (!runs || !entra) {
      const why = runs ? 'nobody can sign in without AUTHORITY' : 'no server answers at PUBLIC_URL'
      rounds.skip(['proxy-headers', 'cookies'], `not checked: ${why}`)
      return
    }
    await rounds.check('proxy-headers', (tell) => checkProxyHeaders(config, visitor, tell))
    await rounds.check('cookies', (tell) => checkCookies(config, entra, visitor, tell))
  } finally {
    await visitor.close()
  }
}
