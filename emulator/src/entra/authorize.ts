import {
  admits,
  findUser,
  findUserByName,
  sampleUsers,
  type Authority,
  type SampleUser,
} from '../directory.ts'
import { nameOf } from '../clients.ts'
import type { Exchange } from '../http/exchange.ts'
import { html, send } from '../http/replies.ts'
import {
  checkAuthorizeRequest,
  readAuthorizeRequest,
  userOfHint,
  type AuthorizeRequest,
} from './authorize-request.ts'
import { clientErrorReply } from './client-reply.ts'
import type { Engine } from './engine.ts'
import { consentMissing, declined, EntraError } from './errors.ts'
import { adminApprovalPage, consentPage, pickerPage } from './pages.ts'
import { needsAdministrator, parseScopes, wordsFor } from './scopes.ts'
import type { EntraState } from './state.ts'

/** Answers authorization requests, and the forms of the pages shown on the way. */
export class AuthorizeEndpoint {
  readonly #state: EntraState
  readonly #engine: Engine

  constructor(state: EntraState, engine: Engine) {
    this.#state = state
    this.#engine = engine
  }

  async start(exchange: Exchange, segment: string, authority: Authority): Promise<void> {
    const request = readAuthorizeRequest(this.#state, exchange, segment, authority)
    await this.#orTellClient(exchange, request, async () => {
      const user = this.#knownUser(exchange, request)
      if (user) await this.#afterSignIn(exchange, request, user)
      else this.#showPicker(exchange, request)
    })
  }

  /** A button of the account picker or the consent page was pressed. */
  async submit(exchange: Exchange, segment: string, authority: Authority): Promise<void> {
    const request = readAuthorizeRequest(this.#state, exchange, segment, authority)
    await this.#orTellClient(exchange, request, async () => {
      const { form } = exchange
      const action = form.get('action')
      if (action === 'cancel') throw declined()
      if (action === 'refuse') throw adminNeeded()
      const user = findUserByName(form.get('username') ?? '')
      const refusal = refusalOf(authority, user, form.get('username') ?? '')
      if (!user || refusal !== undefined) {
        this.#showPicker(exchange, request, refusal)
        return
      }
      if (action === 'accept') this.#accept(request, user)
      await this.#afterSignIn(exchange, request, user, action === 'accept')
    })
  }

  async #orTellClient(exchange: Exchange, request: AuthorizeRequest, work: () => Promise<void>) {
    try {
      checkAuthorizeRequest(request)
      await work()
    } catch (error) {
      if (!(error instanceof EntraError)) throw error
      send(exchange.res, clientErrorReply(request.target, error, exchange.correlationId))
    }
  }

  /** Who is signed in without being asked; `undefined` when somebody has to choose. */
  #knownUser(exchange: Exchange, request: AuthorizeRequest): SampleUser | undefined {
    const automatic = findUserByName(this.#state.automaticUser ?? '')
    if (automatic) return automatic
    const { prompts, params, authority } = request
    const hinted = userOfHint(params.get('login_hint'))
    const users = this.#state.sessions
      .accounts(exchange)
      .map(({ userId }) => findUser(userId))
      .filter((user) => user !== undefined && admits(authority, user))
    if (prompts.has('none')) return silentUser(users, hinted)
    if (prompts.has('select_account') || prompts.has('login')) return undefined
    if (hinted && admits(authority, hinted)) return hinted
    return users.length === 1 && !hinted ? users[0] : undefined
  }

  #showPicker(exchange: Exchange, request: AuthorizeRequest, error?: string): void {
    const appName = nameOf(request.client)
    const picker = pickerPage(this.#formTarget(request), { users: sampleUsers, appName, error })
    send(exchange.res, html(error === undefined ? 200 : 400, picker))
  }

  #formTarget({ segment, params }: AuthorizeRequest, hidden: Record<string, string> = {}) {
    return { action: `/${segment}/login?${params.toString()}`, hidden }
  }

  #accept({ client, params }: AuthorizeRequest, user: SampleUser): void {
    const request = parseScopes(params.get('scope') ?? '')
    const missing = this.#state.consents.missing(user.id, client.clientId, request)
    // The page does not offer it; a hand-made post must not do what a user cannot.
    if (!user.administrator && missing.some(needsAdministrator)) throw adminNeeded()
    this.#state.consents.grant(user.id, client.clientId, request)
  }

  async #afterSignIn(
    exchange: Exchange,
    request: AuthorizeRequest,
    user: SampleUser,
    asked = false,
  ) {
    const { client, params, prompts } = request
    const scopes = parseScopes(params.get('scope') ?? '')
    const account = this.#state.sessions.signIn(exchange, user.id)
    if (findUserByName(this.#state.automaticUser ?? '') === user) {
      this.#state.consents.grant(user.id, client.clientId, scopes)
    }
    const missing = this.#state.consents.missing(user.id, client.clientId, scopes)
    if (missing.length > 0 && prompts.has('none')) {
      throw consentMissing(client.clientId, 'consent_required')
    }
    const insist = prompts.has('consent') && !asked && !this.#state.automaticUser
    if (missing.length > 0 || insist) {
      const shown = missing.length > 0 ? missing : [...scopes.openid, ...scopes.scopes]
      this.#showConsent(exchange, request, user, shown)
      return
    }
    account.clients.add(client.clientId)
    const nonce = params.get('nonce')
    await this.#engine.issueCode(exchange, params, {
      userId: user.id,
      clientId: client.clientId,
      request: scopes,
      sid: account.sid,
      ...(nonce !== null && { nonce }),
    })
  }

  #showConsent(exchange: Exchange, request: AuthorizeRequest, user: SampleUser, scopes: string[]) {
    const target = this.#formTarget(request, { username: user.username })
    const appName = nameOf(request.client)
    const refused = !user.administrator && scopes.some(needsAdministrator)
    const shown = refused ? scopes.filter(needsAdministrator) : scopes
    const consent = { user, appName, permissions: shown.map(wordsFor) }
    send(
      exchange.res,
      html(200, refused ? adminApprovalPage(target, consent) : consentPage(target, consent)),
    )
  }
}

const adminNeeded = () =>
  new EntraError(
    'access_denied',
    90094,
    'An administrator of your organization has to grant this permission.',
    { suberror: 'consent_required' },
  )

function silentUser(users: (SampleUser | undefined)[], hinted: SampleUser | undefined) {
  if (hinted && users.includes(hinted)) return hinted
  if (users.length === 0 || hinted) {
    throw new EntraError(
      'login_required',
      50058,
      'A silent sign-in request was sent but no user is signed in.',
    )
  }
  if (users.length > 1) {
    throw new EntraError(
      'interaction_required',
      16000,
      'Either multiple user identities are available for the current request or selected account is not supported for the scenario.',
    )
  }
  return users[0]
}

/** Why this account may not sign in here, as the picker says it. */
export function refusalOf(authority: Authority, user: SampleUser | undefined, typed: string) {
  if (!user) {
    return `AADSTS50034: The user account ${typed} does not exist in the directory. To sign into this application, the account must be added to the directory.`
  }
  if (admits(authority, user)) return undefined
  const name = authority.kind === 'tenant' ? authority.tenant.name : authority.alias
  return `AADSTS50020: User account '${user.username}' does not exist in tenant '${name}' and cannot access the application in that tenant. Sign in with a different account.`
}
