import { type ClientKind, withClientKind } from './client-kind.ts'
import type { EntraContext } from './context.ts'
import { detailOf, EntraFailure, readErrorText } from './failures.ts'
import { type IdTokenClaims, validateIdToken } from './id-token.ts'
import { reasonOf } from './oauth-errors.ts'
import { IdentityProviderUnreachable, unavailable } from './unreachable.ts'

/** A device authorization (RFC 8628 section 3.2). */
export interface DeviceAuthorization {
  /** The device code never leaves the server: a client that has the code gets the tokens. */
  deviceCode: string
  userCode: string
  verificationUri: string
  /** Entra's own sentence for the person. */
  message: string
  /** Shortest time between two polls, in seconds. */
  interval: number
  /** Seconds until the code expires. */
  expiresIn: number
}

export type DevicePoll = { client: ClientKind } & (
  | { kind: 'pending' }
  | { kind: 'slow_down' }
  | { kind: 'granted'; claims: IdTokenClaims; refreshToken: string }
)

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
const openIdScopes = ['openid', 'profile', 'offline_access']
/** The interval when Entra's answer has no interval (RFC 8628 section 3.2). */
const defaultIntervalSeconds = 5

/**
 * Sign-in on another device (RFC 8628). The device code is sent with the client's credential, unless the
 * app registration allows public client flows: then Entra refuses the credential.
 */
export class DeviceCodeClient {
  readonly #context: EntraContext

  constructor(context: EntraContext) {
    this.#context = context
  }

  /** @throws {EntraFailure} */
  async authorize(scopes: readonly string[]): Promise<DeviceAuthorization> {
    const { deviceAuthorizationEndpoint: endpoint } = await this.#context.readDiscovery()
    if (!endpoint) throw new EntraFailure('unavailable', 'the authority offers no device sign-in')
    const scope = [...new Set([...openIdScopes, ...scopes])].join(' ')
    const answer = await this.#post(endpoint, { scope })
    return {
      deviceCode: textOf(answer, 'device_code'),
      userCode: textOf(answer, 'user_code'),
      verificationUri: webAddressOf(textOf(answer, 'verification_uri')),
      message: textOf(answer, 'message'),
      interval: secondsOf(answer, 'interval') ?? defaultIntervalSeconds,
      expiresIn: secondsOf(answer, 'expires_in') ?? 0,
    }
  }

  /**
   * Polls the token endpoint once (RFC 8628 section 3.4).
   * @param client the kind of client to try first; the answer says which kind Entra accepted
   * @throws {EntraFailure} after `unavailable` poll again later; every other reason is final
   */
  poll(deviceCode: string, client: ClientKind): Promise<DevicePoll> {
    return withClientKind(client, (kind) => this.#pollAs(kind, deviceCode))
  }

  async #pollAs(client: ClientKind, deviceCode: string): Promise<DevicePoll> {
    const { settings, readDiscovery } = this.#context
    const answer = await this.#post((await readDiscovery()).tokenEndpoint, {
      grant_type: grantType,
      device_code: deviceCode,
      ...(client === 'confidential' && { client_secret: settings.clientSecret }),
    })
    if (answer['error'] === 'authorization_pending') return { client, kind: 'pending' }
    if (answer['error'] === 'slow_down') return { client, kind: 'slow_down' }
    const claims = await validateIdToken(textOf(answer, 'id_token'), undefined, this.#context)
    return { client, kind: 'granted', claims, refreshToken: textOf(answer, 'refresh_token') }
  }

  async #post(url: string, form: Record<string, string>): Promise<Record<string, unknown>> {
    const { settings, http } = this.#context
    const fields = { client_id: settings.clientId, ...form }
    const answer = await http.postForm(url, fields).catch((error: unknown) => {
      throw error instanceof IdentityProviderUnreachable ? unavailable(error) : error
    })
    const { error, error_description: description } = answer
    if (error === undefined || error === 'authorization_pending' || error === 'slow_down') {
      return answer
    }
    const name = typeof error === 'string' ? error : 'an error without a name'
    const facts = readErrorText(description)
    const detail = detailOf(`Entra answered ${name}`, facts)
    throw new EntraFailure(reasonOf(name) ?? 'grant_rejected', detail, { facts })
  }
}

function textOf(answer: Record<string, unknown>, name: string): string {
  const value = answer[name]
  if (typeof value === 'string' && value !== '') return value
  throw new EntraFailure('unavailable', `the answer holds no ${name}`)
}

/** The SPA links to the verification address, which must therefore not be a `javascript:` URL. */
function webAddressOf(address: string): string {
  if (/^https?:\/\//.test(address) && URL.canParse(address)) return address
  throw new EntraFailure('unavailable', 'the verification address is no web address')
}

/** A whole number of seconds, which some servers send as text. */
function secondsOf(answer: Record<string, unknown>, name: string): number | undefined {
  const value = Number(answer[name])
  return Number.isInteger(value) && value > 0 ? value : undefined
}
