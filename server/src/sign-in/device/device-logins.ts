import { randomBytes } from 'node:crypto'
import type { EntraClient } from '../../entra/client.ts'
import { Failure } from '../../failure.ts'
import { kinds } from '../../store/kinds.ts'
import { Records, type StoredRecord } from '../../store/records.ts'
import type { Vault } from '../../store/vault.ts'
import type { Grant } from '../begin-session.ts'
import { SignInFailure } from '../failure.ts'
import {
  DeviceLoginRecord,
  failedBy,
  isAway,
  isOpen,
  type Outcome,
  paced,
} from './device-login-record.ts'
import { DeviceLoginQuota } from './device-login-quota.ts'

export interface DeviceLoginsOptions {
  entra: EntraClient
  vault: Vault
  /** The scopes to ask for. */
  scopes: readonly string[]
}

type Stored = StoredRecord<DeviceLoginRecord>

/** How long the outcome of a login can be read after its end. */
const outcomeTtlMs = 60_000
/** How long a login that is ready can be finished. */
const readyForMs = 5 * 60_000
/** Longer than Entra may take to answer: meanwhile no other request polls. */
const longestPollMs = 35_000
/** RFC 8628 section 3.5: `slow_down` asks for this much more between polls. */
const slowDownSeconds = 5
const longestIntervalSeconds = 60

/**
 * Sign-ins on other devices (RFC 8628). Nothing runs in the background: a request for the status of a
 * login polls Entra, once per interval and from one process at a time. So a restart loses nothing.
 */
export class DeviceLogins {
  readonly #options: DeviceLoginsOptions
  readonly #records: Records<typeof DeviceLoginRecord>
  readonly #quota: DeviceLoginQuota

  constructor(options: DeviceLoginsOptions) {
    this.#options = options
    this.#records = new Records(options.vault, {
      kind: kinds.deviceLogin,
      schema: DeviceLoginRecord,
    })
    this.#quota = new DeviceLoginQuota(options.vault)
  }

  /**
   * @param network the client's network, which the quota counts
   * @throws {EntraFailure}
   * @throws {Failure} `rate_limited` when too many logins are open
   */
  async start(network: string): Promise<{ id: string; record: DeviceLoginRecord }> {
    await this.#quota.require(network)
    const { expiresIn, ...authorization } = await this.#options.entra.device.authorize(
      this.#options.scopes,
    )
    const now = Date.now()
    const record: DeviceLoginRecord = {
      ...authorization,
      client: 'confidential',
      nextPollAt: now + authorization.interval * 1_000,
      expiresAt: now + expiresIn * 1_000,
      outcome: { kind: 'pending' },
    }
    const id = randomBytes(32).toString('base64url')
    await this.#quota.add(this.nameOf(id), network, record.expiresAt + outcomeTtlMs)
    await this.#records.create(this.nameOf(id), record, record.expiresAt + outcomeTtlMs)
    return { id, record }
  }

  /** The login, if it can still become a session. */
  async findOpen(id: string): Promise<DeviceLoginRecord | undefined> {
    const record = (await this.#find(id))?.value
    return record && isOpen(record) ? record : undefined
  }

  /**
   * The status of a login. Polls Entra when the interval is over.
   * @returns undefined when the login is absent; `isNews` when this request brought the outcome
   * @throws {Failure} `rate_limited` when asked before the interval is over
   */
  async poll(
    id: string,
  ): Promise<{ outcome: Outcome; interval: number; isNews: boolean } | undefined> {
    const before = await this.#find(id)
    if (!before) return undefined
    const record = before.value
    const { kind } = record.outcome
    if (kind === 'used' || kind === 'failed') return { ...record, isNews: false }
    if (Date.now() >= record.expiresAt)
      return this.#answer(before, { ...record, outcome: expired() })
    if (kind === 'ready') return { ...record, isNews: false }
    if (Date.now() < record.nextPollAt) throw tooSoon(record)
    const lease = { ...record, nextPollAt: Date.now() + longestPollMs }
    const leased = await this.#replace(before, lease)
    if (!leased) throw tooSoon(lease)
    return this.#answer(leased, await this.#pollEntra(lease))
  }

  /**
   * Takes what a session begins with. A login gives it once.
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
    if (!taken) throw new Failure('not_ready', 'another request finishes the device login')
    try {
      const grant = await entra.refreshTokenGrant(outcome.refreshToken, scopes, client)
      const { cache, accessToken } = grant
      return { claims: outcome.claims, cache, scopes: accessToken.scopes, askedScopes: scopes }
    } catch (error) {
      await this.#replace(taken, {
        ...taken.value,
        outcome: isAway(error) ? outcome : failedBy(error),
      })
      throw error
    }
  }

  async remove(id: string): Promise<void> {
    await this.#records.delete(this.nameOf(id))
    await this.#quota.remove(this.nameOf(id))
  }

  /** The name of the login's record, for the audit log: it does not tell the id. */
  nameOf(id: string): string {
    return this.#records.nameOf(id)
  }

  /** @returns undefined when the login was canceled meanwhile: the answer of Entra is thrown away */
  async #answer(before: Stored, after: DeviceLoginRecord) {
    const isWritten = await this.#replace(before, after)
    return isWritten && { ...after, isNews: after.outcome.kind !== 'pending' }
  }

  async #pollEntra(record: DeviceLoginRecord): Promise<DeviceLoginRecord> {
    try {
      const answer = await this.#options.entra.device.poll(record.deviceCode, record.client)
      const polled = { ...record, client: answer.client }
      if (answer.kind === 'pending') return paced(polled, record.interval)
      if (answer.kind === 'slow_down') return paced(polled, record.interval + slowDownSeconds)
      const { claims, refreshToken } = answer
      const expiresAt = Math.min(record.expiresAt, Date.now() + readyForMs)
      return { ...polled, expiresAt, outcome: { kind: 'ready', claims, refreshToken } }
    } catch (error) {
      if (!isAway(error)) return { ...record, outcome: failedBy(error) }
      const slower = Math.min(record.interval * 2, longestIntervalSeconds)
      return paced(record, Math.max(record.interval, slower), error.retryAfter)
    }
  }

  #find(id: string): Promise<Stored | undefined> {
    return this.#records.read(this.nameOf(id))
  }

  /** @returns undefined when another request came first */
  #replace(stored: Stored, record: DeviceLoginRecord): Promise<Stored | undefined> {
    return this.#records.replace(stored, record, record.expiresAt + outcomeTtlMs)
  }
}

function expired(): Outcome {
  return failedBy(new SignInFailure('device_code_expired', 'nobody finished it in time'))
}

function tooSoon({ nextPollAt, interval }: DeviceLoginRecord): Failure {
  const left = Math.ceil((nextPollAt - Date.now()) / 1_000)
  const retryAfter = Math.min(Math.max(1, left), interval)
  return new Failure('rate_limited', 'polled faster than the interval', { retryAfter })
}
