import { randomBytes, randomInt } from 'node:crypto'
import { EntraError } from '../errors/entra-error.ts'
import type { Lifetimes } from '../lifetimes.ts'
import type { RequestedScopes } from '../scopes/requested-scopes.ts'
import { ExpiringMap } from './expiring-map.ts'
import type { SignIn } from './sign-in.ts'

type Outcome = { kind: 'pending' } | { kind: 'declined' } | { kind: 'approved'; signIn: SignIn }

export interface DeviceCode {
  deviceCode: string
  userCode: string
  clientId: string
  requested: RequestedScopes
  expiresAt: number
  /** Seconds that a client must wait between two polls. */
  intervalSeconds: number
  outcome: Outcome
}

/** Entra's user codes may have any letter, but no 0 and no 1. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789'

const newUserCode = () =>
  Array.from({ length: 9 }, () => alphabet.charAt(randomInt(alphabet.length))).join('')

/** Device codes (RFC 8628). */
export class DeviceCodes {
  readonly #codes = new ExpiringMap<DeviceCode>()

  start(clientId: string, requested: RequestedScopes, lifetimes: Lifetimes): DeviceCode {
    const code: DeviceCode = {
      deviceCode: randomBytes(40).toString('base64url'),
      userCode: newUserCode(),
      clientId,
      requested,
      expiresAt: Date.now() + lifetimes.deviceCode * 1000,
      intervalSeconds: lifetimes.devicePollInterval,
      outcome: { kind: 'pending' },
    }
    this.#codes.set(code.deviceCode, code)
    return code
  }

  /** The pending device code with this user code. Hyphens, spaces and case do not count. */
  findPending(typed: string): DeviceCode | undefined {
    const userCode = typed.toUpperCase().replace(/[^A-Z0-9]/g, '')
    const isPending = (code: DeviceCode) =>
      code.outcome.kind === 'pending' && code.expiresAt > Date.now()
    return this.#codes.values().find((code) => code.userCode === userCode && isPending(code))
  }

  /**
   * Redeems a device code, once.
   *
   * @throws EntraError while the code is pending, and when it was declined, has expired or is unknown.
   */
  redeem(deviceCode: string, clientId: string): SignIn {
    const code = this.#codes.get(deviceCode)
    if (code?.clientId !== clientId) {
      throw new EntraError('bad_verification_code', 70019, 'Verification code is not valid.')
    }
    if (code.expiresAt <= Date.now()) throw expired()
    const { outcome } = code
    if (outcome.kind === 'pending') throw pending()
    if (outcome.kind === 'declined') throw declined()
    this.#codes.delete(deviceCode)
    return outcome.signIn
  }
}

const expired = () =>
  new EntraError(
    'expired_token',
    70020,
    'The provided value for the input parameter device_code is not valid. Device code has expired.',
  )

const declined = () =>
  new EntraError('authorization_declined', 70018, 'The end user denied the authorization request.')

/** Polling too often has the same error as a pending code: Microsoft documents no `slow_down`. */
const pending = () =>
  new EntraError(
    'authorization_pending',
    70016,
    'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  )
