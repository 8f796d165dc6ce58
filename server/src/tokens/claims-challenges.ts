import { Type } from 'typebox'
import { recordKinds } from '../store/record-kinds.ts'
import { Records } from '../store/records.ts'
import type { Vault } from '../store/vault.ts'

const ClaimsChallenge = Type.Object({ claims: Type.String() })

const lifetimeMs = 10 * 60_000
const prefix = `${recordKinds.claims}:`

/**
 * Claims that the next sign-in of a session must fulfill. Entra or an API asked for them. The browser
 * carries only a handle of the claims, so it cannot change the claims.
 */
export class ClaimsChallenges {
  readonly #records: Records<typeof ClaimsChallenge>

  constructor(vault: Vault) {
    this.#records = new Records(vault, { kind: recordKinds.claims, schema: ClaimsChallenge })
  }

  /**
   * Keeps claims for ten minutes. The same claims of the same session are one record.
   * @returns the handle of the claims
   */
  async keep(sessionName: string, claims: string): Promise<string> {
    const name = this.#records.nameOf(`${sessionName} ${claims}`)
    await this.#records.put(name, { claims }, Date.now() + lifetimeMs)
    return name.slice(prefix.length)
  }

  async find(handle: string): Promise<string | undefined> {
    return (await this.#records.read(prefix + handle))?.value.claims
  }
}
