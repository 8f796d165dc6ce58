import type { EntraSettings } from '../config/entra.ts'
import type { DiscoveryDocument } from './discovery.ts'
import {
  EntraFailure,
  type EntraFailureReason,
  readEntraText,
  translateMsalError,
} from './failures.ts'
import type { EntraHttp } from './http.ts'
import { type IdTokenClaims, validateIdToken } from './id-token.ts'
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

export type DevicePoll =
  | { kind: 'pending' }
  | { kind: 'slow_down' }
  | { kind: 'granted'; claims: IdTokenClaims; refreshToken: string }

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
const always = ['openid', 'profile', 'offline_access']
/** RFC 8628 section 3.2: where the answer names none. */
const defaultInterval = 5

/**
 * Sign-in on another device (RFC 8628). Entra takes it from public clients only: no secret is sent,
 * and the app registration must allow public client flows.
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
  async start(scopes: readonly string[]): Promise<DeviceAuthorization> {
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

  /** Asks once. @throws {EntraFailure} `unavailable`: ask again later; every other one is the end */
  async poll(deviceCode: string): Promise<DevicePoll> {
    const discovery = await this.#discovery.read()
    const form = { grant_type: grantType, device_code: deviceCode }
    const answer = await this.#post(discovery.tokenEndpoint, form)
    if (answer['error'] === 'authorization_pending') return { kind: 'pending' }
    if (answer['error'] === 'slow_down') return { kind: 'slow_down' }
    const { clientId, allowedTenants } = this.#settings
    const claims = await validateIdToken(
      textOf(answer, 'id_token'),
      { clientId, nonce: undefined, allowedTenants },
      discovery,
      this.#keys,
    )
    return { kind: 'granted', claims, refreshToken: textOf(answer, 'refresh_token') }
  }

  async #post(url: string, form: Record<string, string>): Promise<Record<string, unknown>> {
    const fields = { client_id: this.#settings.clientId, ...form }
    const answer = await this.#http.postForm(url, fields).catch((error: unknown) => {
      throw translateMsalError(error)
    })
    const { error } = answer
    if (error === undefined || error === 'authorization_pending' || error === 'slow_down') {
      return answer
    }
    const { error_description: text } = answer
    const name = typeof error === 'string' ? error : 'an error without a name'
    const facts = typeof text === 'string' ? readEntraText(text) : {}
    throw new EntraFailure(endings.get(name) ?? 'grant_rejected', `Entra answered ${name}`, {
      facts,
    })
  }
}

/** RFC 8628 section 3.5, and Microsoft's names for the same. */
const endings = new Map<string, EntraFailureReason>([
  ['authorization_declined', 'device_declined'],
  ['access_denied', 'device_declined'],
  ['expired_token', 'device_code_expired'],
  ['code_expired', 'device_code_expired'],
  ['invalid_client', 'client_rejected'],
  ['unauthorized_client', 'client_rejected'],
  ['invalid_request', 'client_rejected'],
  ['invalid_scope', 'client_rejected'],
  ['interaction_required', 'interaction_required'],
  ['temporarily_unavailable', 'unavailable'],
  ['server_error', 'unavailable'],
])

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
