import { randomBytes, randomInt } from 'node:crypto'
import { ExpiringMap } from './expiring-map.ts'
import type { Lifetimes } from '../lifetimes.ts'
import type { Authorization } from './sign-in.ts'
import { EntraError } from '../errors/entra-error.ts'
import type { RequestedScopes } from '../scopes/requested-scopes.ts'

type Outcome =
  { kind: 'pending' } | { kind: 'declined' } | { kind: 'approved'; authorization: Authorization }

export interface DeviceCode {
  deviceCode: string
  userCode: string
  clientId: string
  request: RequestedScopes
  expiresAt: number
  interval: number
  outcome: Outcome
}

// Entra leaves out 0 and 1, and no letter.
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789'

const newUserCode = () =>
  Array.from({ length: 9 }, () => alphabet.charAt(randomInt(alphabet.length))).join('')

/** Device sign-ins under way. */
export class DeviceCodes {
  readonly #codes = new ExpiringMap<DeviceCode>()

  start(clientId: string, request: RequestedScopes, lifetimes: Lifetimes): DeviceCode {
    const code: DeviceCode = {
      deviceCode: randomBytes(40).toString('base64url'),
      userCode: newUserCode(),
      clientId,
      request,
      expiresAt: Date.now() + lifetimes.deviceCode * 1000,
      interval: lifetimes.devicePollInterval,
      outcome: { kind: 'pending' },
    }
    this.#codes.set(code.deviceCode, code)
    return code
  }

  /** A living code that waits for a decision; typed codes may have hyphens, blanks, small letters. */
  findWaiting(typed: string): DeviceCode | undefined {
    const userCode = typed.toUpperCase().replace(/[^A-Z0-9]/g, '')
    return this.#codes
      .values()
      .find(
        (code) =>
          code.userCode === userCode &&
          code.outcome.kind === 'pending' &&
          code.expiresAt > Date.now(),
      )
  }

  /**
   * The sign-in a device code stands for; it can be had once.
   *
   * @throws EntraError while it waits, when it was declined, when it is gone.
   */
  redeem(deviceCode: string, clientId: string): Authorization {
    const code = this.#codes.get(deviceCode)
    if (code?.clientId !== clientId) {
      throw new EntraError('bad_verification_code', 70019, 'Verification code is not valid.')
    }
    if (code.expiresAt <= Date.now()) {
      throw new EntraError(
        'expired_token',
        70020,
        'The provided value for the input parameter device_code is not valid. Device code has expired.',
      )
    }
    const { outcome } = code
    if (outcome.kind === 'approved') {
      this.#codes.delete(deviceCode)
      return outcome.authorization
    }
    throw outcome.kind === 'declined' ? declinedByUser() : pending()
  }
}

const declinedByUser = () =>
  new EntraError('authorization_declined', 70018, 'The end user denied the authorization request.')

/** Also for a client that asks too often: Microsoft documents no `slow_down`. */
const pending = () =>
  new EntraError(
    'authorization_pending',
    70016,
    'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
  )
