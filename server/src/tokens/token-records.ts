import { type Static, Type } from 'typebox'
import { emptyCache, refreshTokenIn, TokenCache } from '../entra/token-cache.ts'
import { recordKinds } from '../store/record-kinds.ts'
import { Records, type StoredRecord } from '../store/records.ts'
import type { Vault } from '../store/vault.ts'

/** Milliseconds since the epoch: the absolute expiry of the session. */
const expiresAt = Type.Number()

/** The tokens of a session as they are stored. */
const TokenRecord = Type.Object({ ...TokenCache.properties, expiresAt })
type TokenRecord = Static<typeof TokenRecord>

/** Older builds stored MSAL's whole cache. Such a record gets the new form when it is next written. */
const OldTokenRecord = Type.Object({
  client: TokenCache.properties.client,
  serialized: Type.String(),
  expiresAt,
})

const StoredTokenRecord = Type.Union([TokenRecord, OldTokenRecord])

export type StoredTokens = StoredRecord<TokenRecord>

/** The token records. The name of each contains the name of its session's record. */
export class TokenRecords {
  readonly #records: Records<typeof StoredTokenRecord>

  constructor(vault: Vault) {
    this.#records = new Records(vault, {
      kind: recordKinds.tokens,
      schema: StoredTokenRecord,
      // Compressed, the tokens of most sessions take one page of the store (4 kB) instead of two.
      compressed: true,
    })
  }

  async find(sessionName: string): Promise<StoredTokens | undefined> {
    const stored = await this.#records.read(nameOf(sessionName))
    return stored && { ...stored, value: currentForm(stored.value) }
  }

  /** @param expiresAt milliseconds since the epoch */
  create(sessionName: string, cache: TokenCache, expiresAt: number): Promise<void> {
    return this.#records.put(nameOf(sessionName), { ...cache, expiresAt }, expiresAt)
  }

  /** @returns false when the tokens were changed or erased since they were read: nothing is written */
  async replace(stored: StoredTokens, cache: TokenCache): Promise<boolean> {
    const { expiresAt } = stored.value
    const written = await this.#records.replace(stored, { ...cache, expiresAt }, expiresAt)
    return written !== undefined
  }

  /** After a rotation of the secret, seals the tokens with the newest secret. */
  async reseal(sessionName: string): Promise<void> {
    const stored = await this.find(sessionName)
    if (!stored || this.#records.isSealedWithNewest(stored)) return
    await this.replace(stored, stored.value)
  }

  erase(sessionName: string): Promise<void> {
    return this.#records.delete(nameOf(sessionName))
  }
}

function currentForm(record: Static<typeof StoredTokenRecord>): TokenRecord {
  if (!('serialized' in record)) return record
  const { client, serialized, expiresAt } = record
  const refreshToken = refreshTokenIn(serialized)
  return { ...emptyCache(client), ...(refreshToken && { refreshToken }), expiresAt }
}

function nameOf(sessionName: string): string {
  return `${recordKinds.tokens}:${sessionName}`
}
