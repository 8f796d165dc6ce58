import { randomBytes } from 'node:crypto'
import type { SignInErrorCode } from '@entra-bff/shared'
import type { EntraClient } from '../../entra/client.ts'
import type { ClientKind } from '../../entra/client-kind.ts'
import { EntraFailure, type EntraFacts } from '../../entra/failures.ts'
import type { IdTokenClaims } from '../../entra/id-token.ts'
import { Failure } from '../../failure.ts'
import type { KeyRing } from '../../secrets/key-ring.ts'
import type { RecordNames } from '../../store/record-names.ts'
import { sealRecord, unsealRecord } from '../../store/sealed.ts'
import type { Store } from '../../store/store.ts'
import type { Grant } from '../begin-session.ts'
import { DevicePlaces } from './device-places.ts'
import { SignInFailure, toSignInFailure } from '../failure.ts'

/** A sign-in on another device, as it is stored. Times are milliseconds, intervals seconds. */
export interface DeviceLoginRecord {
  deviceCode: string
  /** As which kind of client Entra answers questions about it. */
  client: ClientKind
  userCode: string
  verificationUri: string
  message: string
  interval: number
  /** Nobody asks Entra before: whoever is about to ask moves it first. */
  nextPollAt: number
  expiresAt: number
  outcome: Outcome
}

type Outcome =
  | { kind: 'pending' }
  | { kind: 'ready'; claims: IdTokenClaims; refreshToken: string }
  /** Being turned into a session; ready again if Entra was away. */
  | { kind: 'used' }
  | { kind: 'failed'; code: SignInErrorCode; reason: string; facts: EntraFacts; ref: string }

export interface DeviceLoginsOptions {
  entra: EntraClient
  store: Store
  ring: KeyRing
  names: RecordNames
  /** What to ask for. */
  scopes: readonly string[]
}

interface Stored {
  record: DeviceLoginRecord
  bytes: Uint8Array
}

const prefix = 'device-login'
/** How long its outcome can be asked for after its end. */
const remembrance = 60_000
/** How long one that is ready can be finished. */
const readyFor = 5 * 60_000
/** While Entra is asked nobody else does: longer than any answer of it takes. */
const longestPoll = 35_000
/** RFC 8628 section 3.5: how much slower `slow_down` asks to poll, in seconds. */
const slowerBy = 5
const slowest = 60

/**
 * Sign-ins on other devices. Nothing runs in the background: whoever started one asks for its
 * status, and that asks Entra, once per interval and from one process at a time. So a restart
 * loses nothing.
 */
export class DeviceLogins {
  readonly #options: DeviceLoginsOptions
  readonly #places: DevicePlaces

  constructor(options: DeviceLoginsOptions) {
    this.#options = options
    this.#places = new DevicePlaces(options.store, options.names)
  }

  /**
   * @param network that it counts for
   * @throws {EntraFailure} @throws {Failure} `rate_limited` when too many are open
   */
  async start(network: string): Promise<{ id: string; record: DeviceLoginRecord }> {
    await this.#places.require(network)
    const { expiresIn, ...authorization } = await this.#options.entra.device.start(
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
    await this.#places.take(this.keyOf(id), network, record.expiresAt + remembrance)
    await this.#swap(id, undefined, record)
    return { id, record }
  }

  /** One that can still become a session. */
  async findOpen(id: string): Promise<DeviceLoginRecord | undefined> {
    const record = (await this.#read(id))?.record
    return record && isOpen(record) ? record : undefined
  }

  /**
   * How it stands, by Entra's word.
   * @returns undefined when it is not there; `isNews` when this question brought the outcome
   * @throws {Failure} `rate_limited` when asked faster than the interval
   */
  async ask(
    id: string,
  ): Promise<{ outcome: Outcome; interval: number; isNews: boolean } | undefined> {
    const before = await this.#read(id)
    if (!before) return undefined
    const { record } = before
    const { kind } = record.outcome
    if (kind === 'used' || kind === 'failed') return { ...record, isNews: false }
    if (Date.now() >= record.expiresAt)
      return this.#answer(id, before, { ...record, outcome: expired() })
    if (kind === 'ready') return { ...record, isNews: false }
    if (Date.now() < record.nextPollAt) throw tooSoon(record)
    const lease = { ...record, nextPollAt: Date.now() + longestPoll }
    const leased = await this.#swap(id, before.bytes, lease)
    if (!leased) throw tooSoon(lease)
    return this.#answer(id, leased, await this.#poll(lease))
  }

  /**
   * What a session begins with, of one that is ready; once.
   * @throws {Failure} `not_ready`
   * @throws {EntraFailure} after `unavailable` it can be tried again
   */
  async redeem(id: string): Promise<Grant> {
    const read = await this.#read(id)
    if (read?.record.outcome.kind !== 'ready' || !isOpen(read.record)) {
      throw notReady('the device login is not ready')
    }
    const { outcome } = read.record
    const { entra, scopes } = this.#options
    const taken = await this.#settle(id, read, { kind: 'used' })
    if (!taken) throw notReady('another request finishes it')
    try {
      const { refreshToken } = outcome
      const { cache, accessToken } = await entra.adopt(refreshToken, scopes, read.record.client)
      return { claims: outcome.claims, cache, scopes: accessToken.scopes }
    } catch (error) {
      await this.#settle(id, taken, isAway(error) ? outcome : failedBy(error))
      throw error
    }
  }

  async remove(id: string): Promise<void> {
    await this.#options.store.delete(this.keyOf(id))
    await this.#places.free(this.keyOf(id))
  }

  /** What its record is called: a keyed hash. */
  keyOf(id: string): string {
    return this.#options.names.of(prefix, id)
  }

  /** @returns undefined when it was cancelled meanwhile: what Entra answered is thrown away */
  async #answer(id: string, before: Stored, after: DeviceLoginRecord) {
    const isWritten = await this.#swap(id, before.bytes, after)
    return isWritten && { ...after, isNews: after.outcome.kind !== 'pending' }
  }

  async #poll(record: DeviceLoginRecord): Promise<DeviceLoginRecord> {
    try {
      const answer = await this.#options.entra.device.poll(record.deviceCode, record.client)
      const polled = { ...record, client: answer.client }
      if (answer.kind === 'pending') return paced(polled, record.interval)
      if (answer.kind === 'slow_down') return paced(polled, record.interval + slowerBy)
      const { claims, refreshToken } = answer
      const expiresAt = Math.min(record.expiresAt, Date.now() + readyFor)
      return { ...polled, expiresAt, outcome: { kind: 'ready', claims, refreshToken } }
    } catch (error) {
      if (!isAway(error)) return { ...record, outcome: failedBy(error) }
      const slower = Math.max(record.interval, Math.min(record.interval * 2, slowest))
      return paced(record, slower, error.retryAfter)
    }
  }

  async #read(id: string): Promise<Stored | undefined> {
    const { store, ring } = this.#options
    const key = this.keyOf(id)
    const bytes = await store.get(key)
    return bytes && { bytes, record: unsealRecord(ring, key, bytes) as DeviceLoginRecord }
  }

  #settle(id: string, { bytes, record }: Stored, outcome: Outcome): Promise<Stored | undefined> {
    return this.#swap(id, bytes, { ...record, outcome })
  }

  /** @returns what was written; undefined when others came first */
  async #swap(
    id: string,
    previous: Uint8Array | undefined,
    record: DeviceLoginRecord,
  ): Promise<Stored | undefined> {
    const { store, ring } = this.#options
    const key = this.keyOf(id)
    const bytes = sealRecord(ring, key, record)
    const isWritten = await store.swap(key, previous, bytes, record.expiresAt + remembrance)
    return isWritten ? { bytes, record } : undefined
  }
}

function isAway(error: unknown): error is EntraFailure {
  return error instanceof EntraFailure && error.reason === 'unavailable'
}

function notReady(reason: string): Failure {
  return new Failure('not_ready', reason)
}

function isOpen({ outcome, expiresAt }: DeviceLoginRecord): boolean {
  return (outcome.kind === 'pending' || outcome.kind === 'ready') && expiresAt > Date.now()
}

function failedBy(error: unknown): Outcome {
  const { code, message: reason, facts, ref } = toSignInFailure(error)
  return { kind: 'failed', code, reason, facts, ref }
}

function expired(): Outcome {
  return failedBy(new SignInFailure('device_code_expired', 'nobody finished it in time'))
}

/** @param pause seconds that Entra asks for, this time */
function paced(record: DeviceLoginRecord, interval: number, pause = 0): DeviceLoginRecord {
  const nextPollAt = Date.now() + Math.max(interval, pause) * 1_000
  return { ...record, interval, nextPollAt }
}

function tooSoon({ nextPollAt, interval }: DeviceLoginRecord): Failure {
  const left = Math.ceil((nextPollAt - Date.now()) / 1_000)
  const retryAfterSeconds = Math.min(Math.max(1, left), interval)
  return new Failure('rate_limited', 'polled faster than the interval', { retryAfterSeconds })
}
