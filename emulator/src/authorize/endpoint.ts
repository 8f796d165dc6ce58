import { nameOf } from '../directory/clients.ts'
import {
  admits,
  findUserByName,
  sampleUsers,
  type Authority,
  type SampleUser,
} from '../directory/users.ts'
import type { Exchange } from '../http/exchange.ts'
import { html, send } from '../http/reply.ts'
import {
  checkAuthorizeRequest,
  formTargetOf,
  readAuthorizeRequest,
  type AuthorizeRequest,
} from './request.ts'
import { clientErrorReply } from './reply.ts'
import { acceptConsent, consentReply, requestedScopes, scopesToAskFor } from './consent-step.ts'
import type { Engine } from '../entra/engine.ts'
import { adminConsentMissing, declined, EntraError } from '../errors/entra-error.ts'
import { pickerPage } from '../pages/pages.ts'
import { refusalOf, signedInUser } from './account.ts'
import type { EntraState } from '../state.ts'

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
      const user = signedInUser(this.#state, exchange, request)
      if (user) await this.#signIn(exchange, request, user)
      else showPicker(exchange, request)
    })
  }

  /** A button of the account picker or the consent page was pressed. */
  async submit(exchange: Exchange, segment: string, authority: Authority): Promise<void> {
    const request = readAuthorizeRequest(this.#state, exchange, segment, authority)
    await this.#orTellClient(exchange, request, async () => {
      const action = exchange.form.get('action')
      if (action === 'cancel') throw declined()
      if (action === 'refuse') throw adminConsentMissing()
      const username = exchange.form.get('username') ?? ''
      const user = findUserByName(username)
      const refusal = refusalOf(authority, user, username)
      if (!user || refusal !== undefined) {
        showPicker(exchange, request, refusal)
        return
      }
      if (action === 'accept') acceptConsent(this.#state, request, user)
      await this.#signIn(exchange, request, user, action === 'accept')
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

  async #signIn(exchange: Exchange, request: AuthorizeRequest, user: SampleUser, accepted = false) {
    const { client, params } = request
    const scopes = requestedScopes(this.#state, request)
    const account = this.#state.sessions.signIn(exchange, user.id)
    const unanswered = scopesToAskFor(this.#state, request, user, accepted)
    if (unanswered.length > 0) {
      send(exchange.res, consentReply(request, user, unanswered))
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
}

function showPicker(exchange: Exchange, request: AuthorizeRequest, error?: string): void {
  const users = sampleUsers.filter((user) => admits(request.authority, user))
  const picker = { users, appName: nameOf(request.client), error }
  const page = pickerPage(formTargetOf(request), picker)
  send(exchange.res, html(error === undefined ? 200 : 400, page))
}
