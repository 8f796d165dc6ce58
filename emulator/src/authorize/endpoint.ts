import type { AccountSession } from '../browser-sessions.ts'
import { requestedValues } from '../conditional-access/claims-parameter.ts'
import { adminConsentMissing, consentDeclined } from '../consent/errors.ts'
import { nameOf } from '../directory/clients.ts'
import { admits, type TenantExchange } from '../directory/tenants.ts'
import { findUserByName, sampleUsers, type SampleUser } from '../directory/users.ts'
import { EntraError } from '../errors/entra-error.ts'
import { readCodeChallenge } from '../issued/pkce.ts'
import type { Reply } from '../http/reply.ts'
import { epochSeconds } from '../lifetimes.ts'
import { accountPicker } from '../pages/account-picker.ts'
import { parseScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'
import { refusalOf, signedInUser } from './account.ts'
import { checkAuthorizeParameters } from './checks.ts'
import { acceptConsent, askForConsent, type ConsentStep } from './consent-step.ts'
import { askForProof } from './proof-step.ts'
import { clientErrorReply, clientReply } from './reply.ts'
import { formTargetOf, readAuthorizeRequest, type AuthorizeRequest } from './request.ts'

/** Answers an authorization request with a code, an error or a page. */
export function authorize(state: EntraState, exchange: TenantExchange): Reply {
  return answerClient(state, exchange, (request) => {
    const user = signedInUser(state, exchange, request)
    return user ? continueAs(state, exchange, request, user) : pickAccount(exchange, request)
  })
}

/** Answers a form post from one of the pages. */
export function submitSignInPage(state: EntraState, exchange: TenantExchange): Reply {
  return answerClient(state, exchange, (request) => {
    const action = exchange.form.get('action')
    if (action === 'cancel') throw consentDeclined()
    if (action === 'refuse') throw adminConsentMissing()
    const username = exchange.form.get('username') ?? ''
    const user = findUserByName(username)
    const refusal = refusalOf(exchange.authority, user, username)
    if (!user || refusal !== undefined) return pickAccount(exchange, request, refusal)
    return continueAs(state, exchange, request, user, action)
  })
}

/** Without a known redirect URI, an error is shown on a page. Other errors go to the client. */
function answerClient(
  state: EntraState,
  exchange: TenantExchange,
  answer: (request: AuthorizeRequest) => Reply,
): Reply {
  const request = readAuthorizeRequest(state, exchange)
  try {
    checkAuthorizeParameters(request.params)
    return answer(request)
  } catch (error) {
    if (!(error instanceof EntraError)) throw error
    return clientErrorReply(request.target, error, exchange.correlationId)
  }
}

function pickAccount(exchange: TenantExchange, request: AuthorizeRequest, error?: string): Reply {
  const users = sampleUsers.filter((user) => admits(exchange.authority, user))
  return accountPicker(formTargetOf(exchange, request), {
    users,
    appName: nameOf(request.client),
    error,
  })
}

/** Answers for a known user: with the page for a proof or for consent, or with the code. */
function continueAs(
  state: EntraState,
  exchange: TenantExchange,
  request: AuthorizeRequest,
  user: SampleUser,
  action: string | null = null,
): Reply {
  const requested = parseScopes(state, request.client, request.params.get('scope') ?? '')
  const step = { ...request, user, requested }
  const accepted = action === 'accept'
  if (accepted) acceptConsent(state, step)
  const session = state.sessions.signIn(exchange, user.id)
  if (request.prompt === 'login' && action === null) session.proof.authTime = epochSeconds()
  return (
    askForProof(state, exchange, step, session, action) ??
    askForConsent(state, exchange, step, accepted) ??
    sendCode(state, step, session)
  )
}

function sendCode(
  state: EntraState,
  { client, params, target, user, requested }: ConsentStep,
  { sid, clientIds, proof }: AccountSession,
): Reply {
  const { clientId } = client
  clientIds.add(clientId)
  const nonce = params.get('nonce')
  const signIn = {
    userId: user.id,
    clientId,
    requested,
    sid,
    proof: { ...proof },
    askedContexts: requestedValues(params.get('claims'), 'id_token', 'acrs'),
    ...(params.has('max_age') && { asksAuthTime: true as const }),
    ...(nonce !== null && { nonce }),
  }
  const issued = { signIn, redirectUri: target.redirectUri, challenge: readCodeChallenge(params) }
  const code = state.authorizationCodes.issue(issued, state.lifetimes.authorizationCode)
  return clientReply(target, { code, session_state: sid })
}
