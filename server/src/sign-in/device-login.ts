import { randomBytes } from 'node:crypto'
import type { SignInErrorCode } from '@entra-bff/shared'
import type { DeviceCodeClient } from '../entra/device-code.ts'
import { EntraFailure, type EntraFacts } from '../entra/failures.ts'
import type { IdTokenClaims } from '../entra/id-token.ts'
import { Failure } from '../failure.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import type { RecordNames } from '../store/record-names.ts'
import { sealRecord, unsealRecord } from '../store/sealed.ts'
import type { Store } from '../store/store.ts'
import { toSignInFailure } from './errors.ts'

/** A sign-in on another device, as it is stored. Times are milliseconds, intervals seconds. */
export interface DeviceLoginRecord {
  deviceCode: string
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
  | { kind: 'failed'; code: SignInErrorCode; facts: EntraFacts }

interface Stored {
  record: DeviceLoginRecord
  bytes: Uint8Array
}

const kind = 'device-login'
/** At once, in the whole store. */
const mostOpen = 1_000
/** How long its outcome can be asked for after its end. */
const remembrance = 10 * 60_000
/** RFC 8628 section 3.5: how much slower `slow_down` asks to poll, in seconds. */
const slowerBy = 5
const slowest = 60

/**
 * Sign-ins on other devices. Nothing runs in the background: whoever started one asks for its
 * status, and that asks Entra, once per interval and from one process at a time. So a restart
 * loses nothing.
 */
export class DeviceLogins {
  readonly #client: DeviceCodeClient
  readonly #store: Store
  readonly #ring: KeyRing
  readonly #names: RecordNames

  constructor(client: DeviceCodeClient, store: Store, ring: KeyRing, names: RecordNames) {
    this.#client = client
    this.#store = store
    this.#ring = ring
    this.#names = names
  }

  /** @throws {EntraFailure} @throws {Failure} `rate_limited` when too many are open */
  async start(scopes: readonly string[]): Promise<{ id: string; record: DeviceLoginRecord }> {
    await this.#requireRoom()
    const { expiresIn, ...authorization } = await this.#client.start(scopes)
    const now = Date.now()
    const record: DeviceLoginRecord = {
      ...authorization,
      nextPollAt: now + authorization.interval * 1_000,
      expiresAt: now + expiresIn * 1_000,
      outcome: { kind: 'pending' },
    }
    const id = randomBytes(32).toString('base64url')
    await this.#swap(id, undefined, record)
    return { id, record }
  }

  async find(id: string): Promise<DeviceLoginRecord | undefined> {
    return (await this.#read(id))?.record
  }

  /**
   * How it stands, by Entra's word.
   * @returns undefined when it is not there; `isNews` when this question brought the outcome
   * @throws {Failure} `rate_limited` when asked faster than the interval
   */
  async ask(
    id: string,
  ): Promise<{ outcome: Outcome; interval: number; isNews: boolean } | undefined> {
    const read = await this.#read(id)
    if (!read) return undefined
    if (read.record.outcome.kind !== 'pending') return { ...read.record, isNews: false }
    const now = Date.now()
    if (now < read.record.nextPollAt) throw tooSoon(read.record)
    const asking = { ...read.record, nextPollAt: now + read.record.interval * 1_000 }
    const bytes = await this.#swap(id, read.bytes, asking)
    if (!bytes) throw tooSoon(asking)
    const record = await this.#poll(asking)
    const isNews = record.outcome.kind !== 'pending'
    // Cancelled meanwhile: what Entra answered is thrown away.
    const isKept = record === asking || (await this.#swap(id, bytes, record)) !== undefined
    return isKept ? { ...record, isNews } : undefined
  }

  /** Takes one that is ready, once: for the session that begins with it. */
  async take(id: string): Promise<boolean> {
    const read = await this.#read(id)
    if (read?.record.outcome.kind !== 'ready') return false
    const used: Outcome = { kind: 'failed', code: 'state_replayed', facts: {} }
    return (await this.#swap(id, read.bytes, { ...read.record, outcome: used })) !== undefined
  }

  /** Ends one that was ready and came to nothing. */
  async fail(id: string, error: unknown): Promise<void> {
    const read = await this.#read(id)
    if (read) await this.#swap(id, read.bytes, { ...read.record, outcome: failedBy(error) })
  }

  async remove(id: string): Promise<void> {
    await this.#store.delete(this.#keyOf(id))
  }

  async #poll(record: DeviceLoginRecord): Promise<DeviceLoginRecord> {
    if (Date.now() >= record.expiresAt) return { ...record, outcome: expired }
    try {
      const answer = await this.#client.poll(record.deviceCode)
      if (answer.kind === 'pending') return record
      if (answer.kind === 'slow_down') return slowed(record, record.interval + slowerBy)
      const { claims, refreshToken } = answer
      return { ...record, outcome: { kind: 'ready', claims, refreshToken } }
    } catch (error) {
      const isAway = error instanceof EntraFailure && error.reason === 'unavailable'
      if (isAway)
        return slowed(record, Math.max(record.interval, Math.min(record.interval * 2, slowest)))
      return { ...record, outcome: failedBy(error) }
    }
  }

  async #requireRoom(): Promise<void> {
    const open: string[] = []
    for await (const key of this.#store.keys(`${kind}:`)) open.push(key)
    if (open.length < mostOpen) return
    throw new Failure('rate_limited', 'too many device logins are open', { retryAfter: slowest })
  }

  async #read(id: string): Promise<Stored | undefined> {
    const key = this.#keyOf(id)
    const bytes = await this.#store.get(key)
    return bytes && { bytes, record: unsealRecord(this.#ring, key, bytes) as DeviceLoginRecord }
  }

  /** @returns the bytes written; undefined when others came first */
  async #swap(
    id: string,
    previous: Uint8Array | undefined,
    record: DeviceLoginRecord,
  ): Promise<Uint8Array | undefined> {
    const key = this.#keyOf(id)
    const bytes = sealRecord(this.#ring, key, record)
    const isWritten = await this.#store.swap(key, previous, bytes, record.expiresAt + remembrance)
    return isWritten ? bytes : undefined
  }

  #keyOf(id: string): string {
    return this.#names.of(kind, id)
  }
}

const expired: Outcome = { kind: 'failed', code: 'device_code_expired', facts: {} }

function failedBy(error: unknown): Outcome {
  const { code, facts } = toSignInFailure(error)
  return { kind: 'failed', code, facts }
}

function slowed(record: DeviceLoginRecord, interval: number): DeviceLoginRecord {
  return { ...record, interval, nextPollAt: Date.now() + interval * 1_000 }
}

function tooSoon({ nextPollAt }: DeviceLoginRecord): Failure {
  const retryAfter = Math.max(1, Math.ceil((nextPollAt - Date.now()) / 1_000))
  return new Failure('rate_limited', 'polled faster than the interval', { retryAfter })
}
