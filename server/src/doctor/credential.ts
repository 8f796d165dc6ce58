import type { EntraSettings } from '../config/entra.ts'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { requireAcceptedCredential } from '../entra/app-token.ts'
import type { Discovery } from '../entra/discovery.ts'
import { EntraFailure } from '../entra/failures.ts'
import type { EntraHttp } from '../entra/http.ts'
import { signingKeyFinder } from '../entra/signing-keys.ts'
import { adviceFor, lookItUp, numberOf } from './aadsts-advice.ts'
import type { Tell } from './finding.ts'
import { networkTrouble } from './network-trouble.ts'

interface CredentialOptions {
  settings: EntraSettings
  discovery: Discovery
  http: EntraHttp
  proxy: ProxySettings
}

/** They name no tenant. Entra gives an app a token in a named tenant only (AADSTS50059). */
const accountTypes = ['common', 'organizations', 'consumers']

/** Asks for a token that needs no person, which shows whether Entra accepts client id and credential. */
export async function checkCredential(options: CredentialOptions, tell: Tell): Promise<void> {
  const { settings, discovery, http, proxy } = options
  const { origin, pathname } = new URL(settings.authority)
  const tenant = pathname.slice(1)
  if (accountTypes.includes(tenant)) {
    tell.warn(
      `AUTHORITY ends in "${tenant}", where the credential cannot be tried without a person`,
      `Run the doctor once with AUTHORITY=${origin}/<tenant ID of the app> in the environment.`,
    )
    return
  }
  const context = {
    settings,
    http,
    readDiscovery: async () => discovery,
    findSigningKey: signingKeyFinder(http, () => undefined),
  }
  try {
    await requireAcceptedCredential(context)
    tell.ok('Entra accepts CLIENT_ID and the credential')
  } catch (error) {
    if (!(error instanceof EntraFailure)) throw error
    tellFailure(error, proxy, tell)
  }
}

function tellFailure(failure: EntraFailure, proxy: ProxySettings, tell: Tell): void {
  const { reason, facts } = failure
  const advice = adviceFor(facts.aadsts)
  if (advice) tell.fail(advice.text, advice.remedy)
  else if (reason === 'unavailable') {
    const { text, remedy } = networkTrouble(failure, proxy)
    tell.fail(`the token endpoint: ${text}`, remedy)
  } else if (reason === 'client_rejected') {
    tell.fail(`Entra refuses the app: ${numberOf(facts.aadsts)}`, lookItUp)
  } else {
    // As when Conditional Access blocks the app itself: people may sign in all the same.
    tell.warn(`Entra gives the app no token of its own: ${numberOf(facts.aadsts)}`, lookItUp)
  }
}
