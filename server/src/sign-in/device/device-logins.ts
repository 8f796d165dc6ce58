import { randomBytes } from 'node:crypto'
import type { EntraClient } from '../../entra/client.ts'
import { Failure } from '../../failure.ts'
import { recordKinds } from '../../store/record-kinds.ts'
import { Records, type StoredRecord } from '../../store/records.ts'
import type { Vault } from '../../store/vault.ts'
import type { Grant } from '../begin-session.ts'
import { SignInFailure } from '../failure.ts'
import { pollEntra } from './device-login-poll.ts'
import { DeviceLoginQuota } from './device-login-quota.ts'
import {
  DeviceLoginRecord,
  failedBy,
  isOpen,
  isUnavailable,
  type Outcome,
} from './device-login-record.ts'

export interface DeviceLoginsOptions {
  entra: EntraClient
  vault: Vault
  /** The scopes to ask for. */
  scopes: readonly string[]
}

/** A login that can still become a session. */
export interface OpenDeviceLogin {
  id: string
  record: DeviceLoginRecord
}

type Stored = StoredRecord<DeviceLoginRecord>

/** How long the outcome of a login can be read after the login has expired. */
const outcomeTtlMs = 60_000
/** Time that is reserved for one poll: longer than Entra may take to answer. */
const maxPollMs = 35_000

/**
 * The device logins: sign-ins on another device (RFC 8628). Nothing runs in the background: a request
 * for the status of a login polls Entra, once per interval and from one process at a time. So a
 * restart loses nothing.
 */
export class DeviceLogins {
  readonly #options: DeviceLoginsOptions
  readonly #records: Records<typeof DeviceLoginRecord>
  readonly #quota: DeviceLoginQuota

  constructor(options: DeviceLoginsOptions) {
    this.#options = options
    const { vault } = options
    this.#records = new Records(vault, { kind: recordKinds.deviceLogin, schema: DeviceLoginRecord })
    this.#quota = new DeviceLoginQuota(vault)
  }

  /**
   * @param network the client's network, which the quota counts
   * @throws {EntraFailure}
   * @throws {Failure} `rate_limited` when too many logins are open
   */
  async start(network: string): Promise<OpenDeviceLogin> {
    await this.#quota.require(network)
    const { entra, scopes } = this.#options
    const { expiresIn, ...authorization } = await entra.device.authorize(scopes)
    const now = Date.now()
    const record: DeviceLoginRecord = {
      ...authorization,
      client: 'confidential',
      nextPollAt: now + authorization.interval * 1_000,
      expiresAt: now + expiresIn * 1_000,
      outcome: { kind: 'pending' },
    }
    const id = randomBytes(32).toString('base64url')
    const name = this.nameOf(id)
    await this.#quota.add(name, network, storedUntil(record))
    await this.#records.create(name, record, storedUntil(record))
    return { id, record }
  }

  /** @param id undefined for a browser that has started no login */
  async findOpen(id: string | undefined): Promise<OpenDeviceLogin | undefined> {
    if (id === undefined) return undefined
    const record = (await this.#find(id))?.value
    return record && isOpen(record) ? { id, record } : undefined
  }

  /**
   * The status of a login. Polls Entra when the interval is over.
   * @returns undefined when the login is absent; `isNew` when this request brought the outcome
   * @throws {Failure} `rate_limited` when the interval is not over yet
   */
  async poll(
    id: string,
  ): Promise<{ outcome: Outcome; interval: number; isNew: boolean } | undefined> {
    const stored = await this.#find(id)
    if (!stored) return undefined
    const record = stored.value
    const { kind } = record.outcome
    if (kind === 'used' || kind === 'failed') return { ...record, isNew: false }
    if (Date.now() >= record.expiresAt) {
      return this.#save(stored, { ...record, outcome: expired() })
    }
    if (kind === 'ready') return { ...record, isNew: false }
    const leased = await this.#lease(stored)
    return this.#save(leased, await pollEntra(this.#options.entra.device, leased.value))
  }

  /**
   * Exchanges a login that is ready for the tokens of a session. The exchange succeeds once.
   * @throws {Failure} `not_ready`
   * @throws {EntraFailure} after `unavailable` the login can be redeemed again
   */
  async redeem(id: string): Promise<Grant> {
    const stored = await this.#find(id)
    if (stored?.value.outcome.kind !== 'ready' || !isOpen(stored.value)) {
      throw new Failure('not_ready', 'the device login is not ready')
    }
    const { outcome, client } = stored.value
    const { entra, scopes } = this.#options
    const taken = await this.#replace(stored, { ...stored.value, outcome: { kind: 'used' } })
    if (!taken) throw new Failure('not_ready', 'another request is finishing the device login')
    try {
      const grant = await entra.refreshTokenGrant(outcome.refreshToken, scopes, client)
      const { cache, accessToken } = grant
      return { claims: outcome.claims, cache, scopes: accessToken.scopes }
    } catch (error) {
      await this.#replace(taken, {
        ...taken.value,
        outcome: isUnavailable(error) ? outcome : failedBy(error),
      })
      throw error
    }
  }

  async remove(id: string): Promise<void> {
    await this.#records.delete(this.nameOf(id))
    await this.#quota.remove(this.nameOf(id))
  }

  /** The name of the login's record, for the audit log: this name does not reveal the id. */
  nameOf(id: string): string {
    return this.#records.nameOf(id)
  }

  /** Makes this request the only one that polls. @throws {Failure} `rate_limited` */
  async #lease(stored: Stored): Promise<Stored> {
    if (Date.now() < stored.value.nextPollAt) throw tooSoon(stored.value)
    const lease = { ...stored.value, nextPollAt: Date.now() + maxPollMs }
    const leased = await this.#replace(stored, lease)
    if (!leased) throw tooSoon(lease)
    return leased
  }

  /** @returns undefined when the login was canceled meanwhile: then the answer of Entra is dropped */
  async #save(before: Stored, after: DeviceLoginRecord) {
    const isWritten = await this.#replace(before, after)
    return isWritten && { ...after, isNew: after.outcome.kind !== 'pending' }
  }

  async #find(id: string): Promise<Stored | undefined> {
    return this.#records.read(this.nameOf(id))
  }

  /** @returns undefined when another request came first */
  #replace(stored: Stored, record: DeviceLoginRecord): Promise<Stored | undefined> {
    return this.#records.replace(stored, record, storedUntil(record))
  }
}

function storedUntil({ expiresAt }: DeviceLoginRecord): number {
  return expiresAt + outcomeTtlMs
}

function expired(): Outcome {
  return failedBy(new SignInFailure('device_code_expired', 'nobody finished it in time'))
}

function tooSoon({ nextPollAt, interval }: DeviceLoginRecord): Failure {
  const leftSeconds = Math.ceil((nextPollAt - Date.now()) / 1_000)
  const retryAfterSeconds = Math.min(Math.max(1, leftSeconds), interval)
  return new Failure('rate_limited', 'polled faster than the interval', { retryAfterSeconds })
}
