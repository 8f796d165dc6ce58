import type { Config } from '../config/config.ts'
import { EntraHttp } from '../entra/http.ts'
import { checkAuthority } from './authority.ts'
import { CheckRunner } from './check-runner.ts'
import { checkClock } from './clock.ts'
import { checkCookies } from './cookies.ts'
import { checkCredential } from './credential.ts'
import { checkDownstream } from './downstream.ts'
import { checkNames, type Finding } from './finding.ts'
import { checkProxyHeaders } from './proxy-headers.ts'
import { checkPublicUrl } from './public-url.ts'
import { checkRedirectUri } from './redirect-uri.ts'
import { checkSettings } from './settings.ts'
import { checkStore } from './store.ts'
import { Visitor } from './visitor.ts'

/** Checks the settings against the world. @param onFinding called with each finding, in order */
export async function examine(
  env: Readonly<Record<string, string | undefined>>,
  onFinding: (finding: Finding) => void,
): Promise<void> {
  const runner = new CheckRunner(onFinding)
  const config = await runner.check('settings', async (tell) => checkSettings(env, tell))
  if (!config) {
    const [, ...others] = checkNames
    runner.skip(others, 'not checked: the settings have problems')
    return
  }
  await examineEntra(config, runner)
  await runner.check('store', (tell) => checkStore(config.session, tell))
  await examineApis(config, runner)
  await examinePublicUrl(config, runner)
}

async function examineEntra(config: Config, runner: CheckRunner): Promise<void> {
  const { entra: settings, proxy, redirectUri } = config
  if (!settings) {
    const why = 'not checked: CLIENT_ID, CLIENT_SECRET or AUTHORITY is missing or wrong'
    runner.skip(['authority', 'clock', 'credential', 'redirect-uri'], why)
    return
  }
  const http = new EntraHttp(proxy)
  const visitor = new Visitor(proxy)
  try {
    const authority = await runner.check('authority', (tell) =>
      checkAuthority(settings.authority, http, proxy, tell),
    )
    if (authority) {
      await runner.check('clock', async (tell) => {
        checkClock(authority, tell)
      })
      await runner.check('credential', (tell) =>
        checkCredential({ settings, http, proxy, discovery: authority.discovery }, tell),
      )
    } else {
      runner.skip(['clock', 'credential'], 'not checked: the authority gives no usable answer')
    }
    await runner.check('redirect-uri', (tell) =>
      checkRedirectUri(redirectUri, settings.clientId, authority, visitor, tell),
    )
  } finally {
    await http.close()
    await visitor.close()
  }
}

async function examineApis(config: Config, runner: CheckRunner): Promise<void> {
  const visitor = new Visitor(config.proxy)
  try {
    await runner.check('downstream', (tell) => checkDownstream(config, visitor, tell))
  } finally {
    await visitor.close()
  }
}

async function examinePublicUrl(config: Config, runner: CheckRunner): Promise<void> {
  // Browsers do not take HTTPS_PROXY on their way to PUBLIC_URL.
  const visitor = new Visitor({ httpsProxy: undefined, noProxy: '' })
  try {
    const { entra } = config
    const runs = await runner.check('public-url', (tell) => checkPublicUrl(config, visitor, tell))
    if (!runs || !entra) {
      const why = runs ? 'nobody can sign in without AUTHORITY' : 'no server answers at PUBLIC_URL'
      runner.skip(['proxy-headers', 'cookies'], `not checked: ${why}`)
      return
    }
    await runner.check('proxy-headers', (tell) => checkProxyHeaders(config, visitor, tell))
    await runner.check('cookies', (tell) => checkCookies(config, entra, visitor, tell))
  } finally {
    await visitor.close()
  }
}
