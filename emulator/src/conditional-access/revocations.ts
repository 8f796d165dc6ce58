import { createHash } from 'node:crypto'
import type { SampleUser } from '../directory/users.ts'
import { epochSeconds } from '../lifetimes.ts'

interface Revocation {
  count: number
  /** Seconds since the epoch. */
  at: number
}

/** When the sessions of users were last revoked (Microsoft Graph, `revokeSignInSessions`). */
export class Revocations {
  readonly #revocations = new Map<string, Revocation>()

  revoke({ id }: SampleUser): void {
    const count = (this.#revocations.get(id)?.count ?? 0) + 1
    this.#revocations.set(id, { count, at: epochSeconds() })
  }

  /** The earliest `nbf` of a token that is good, in seconds since the epoch. */
  validFrom({ id }: SampleUser): number {
    return this.#revocations.get(id)?.at ?? 0
  }

  /** The claim `rh` of tokens issued now. Tokens of before a revocation have another one. */
  handleOf({ id, tenantId }: SampleUser, clientId: string): string {
    const count = this.#revocations.get(id)?.count ?? 0
    const parts = [tenantId, clientId, id, String(count)].join('|')
    return `1.${createHash('sha256').update(parts).digest('base64url')}.`
  }
}
