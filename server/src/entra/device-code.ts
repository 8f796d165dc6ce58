import type { EntraSettings } from '../config/entra.ts'
import { askAs, type ClientKind } from './client-kind.ts'
import type { DiscoveryDocument } from './discovery.ts'
import { detailOf, EntraFailure, readErrorText } from './failures.ts'
import type { EntraHttp } from './http.ts'
import { type IdTokenClaims, validateIdToken } from './id-token.ts'
import { translateMsalError } from './msal-errors.ts'
import { reasonOf } from './oauth-errors.ts'
import type { SigningKeys } from './signing-keys.ts'

/** A device authorization (RFC 8628 section 3.2). */
export interface DeviceAuthorization {
  /** Whoever has it gets the tokens: it never leaves the server. */
  deviceCode: string
  userCode: string
  verificationUri: string
  /** Entra's own sentence for the person. */
  message: string
  /** Seconds between two polls, at least. */
  interval: number
  /** Seconds. */
  expiresIn: number
}

export type DevicePoll = { client: ClientKind } & (
  | { kind: 'pending' }
  | { kind: 'slow_down' }
  | { kind: 'granted'; claims: IdTokenClaims; refreshToken: string }
)

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
const always = ['openid', 'profile', 'offline_access']
/** RFC 8628 section 3.2: where the answer names none. */
const defaultInterval = 5

/**
 * Sign-in on another device (RFC 8628). The client's credential is sent with the code, unless the
 * app registration allows public client flows: then Entra refuses it.
 */
export class DeviceCodeClient {
  readonly #settings: EntraSettings
  readonly #http: EntraHttp
  readonly #discovery: DiscoveryDocument
  readonly #keys: SigningKeys

  constructor(
    settings: EntraSettings,
    http: EntraHttp,
    discovery: DiscoveryDocument,
    keys: SigningKeys,
  ) {
    this.#settings = settings
    this.#http = http
    this.#discovery = discovery
    this.#keys = keys
  }

  /** @throws {EntraFailure} */
  async authorize(scopes: readonly string[]): Promise<DeviceAuthorization> {
    const { deviceAuthorizationEndpoint: endpoint } = await this.#discovery.read()
    if (!endpoint) throw new EntraFailure('unavailable', 'the authority offers no device sign-in')
    const scope = [...new Set([...always, ...scopes])].join(' ')
    const answer = await this.#post(endpoint, { scope })
    return {
      deviceCode: textOf(answer, 'device_code'),
      userCode: textOf(answer, 'user_code'),
      verificationUri: httpsOf(textOf(answer, 'verification_uri')),
      message: textOf(answer, 'message'),
      interval: secondsOf(answer, 'interval') ?? defaultInterval,
      expiresIn: secondsOf(answer, 'expires_in') ?? 0,
    }
  }

  /**
   * Asks once.
   * @param client as which kind of client; the answer says which one Entra took
   * @throws {EntraFailure} `unavailable`: ask again later; every other one is the end
   */
  poll(deviceCode: string, client: ClientKind): Promise<DevicePoll> {
    return askAs(client, (kind) => this.#pollAs(kind, deviceCode))
  }

  async #pollAs(client: ClientKind, deviceCode: string): Promise<DevicePoll> {
    const { clientId, clientSecret, allowedTenants } = this.#settings
    const discovery = await this.#discovery.read()
    const answer = await this.#post(discovery.tokenEndpoint, {
      grant_type: grantType,
      device_code: deviceCode,
      ...(client === 'confidential' && { client_secret: clientSecret }),
    })
    if (answer['error'] === 'authorization_pending') return { client, kind: 'pending' }
    if (answer['error'] === 'slow_down') return { client, kind: 'slow_down' }
    const claims = await validateIdToken(
      textOf(answer, 'id_token'),
      { clientId, nonce: undefined, allowedTenants },
      discovery,
      this.#keys,
    )
    return { client, kind: 'granted', claims, refreshToken: textOf(answer, 'refresh_token') }
  }

  async #post(url: string, form: Record<string, string>): Promise<Record<string, unknown>> {
    const fields = { client_id: this.#settings.clientId, ...form }
    const answer = await this.#http.postForm(url, fields).catch((error: unknown) => {
      throw translateMsalError(error)
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

/** A page of the SPA links to it. */
function httpsOf(address: string): string {
  if (/^https?:\/\//.test(address) && URL.canParse(address)) return address
  throw new EntraFailure('unavailable', 'the verification address is no web address')
}

/** A whole number of seconds, which some servers send as text. */
function secondsOf(answer: Record<string, unknown>, name: string): number | undefined {
  const value = Number(answer[name])
  return Number.isInteger(value) && value > 0 ? value : undefined
}
