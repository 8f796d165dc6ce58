import { User } from '@entra-bff/shared'
import { type Static, Type } from 'typebox'
import { StepUp } from '../entra/authentication.ts'
import { recordKinds } from '../store/record-kinds.ts'
import { Records } from '../store/records.ts'
import type { Vault } from '../store/vault.ts'

/** A step-up, and the person who has to make it. */
export const DemandedStepUp = Type.Object({
  ...StepUp.properties,
  tenantId: User.properties.tenantId,
  userId: User.properties.id,
})
export type DemandedStepUp = Static<typeof DemandedStepUp>

/** What the next sign-in of a session must ask Entra for. */
const SignInDemand = Type.Object({
  /** Claims to fulfill, as JSON (OpenID Connect Core section 5.5). */
  claims: Type.Optional(Type.String()),
  stepUp: Type.Optional(DemandedStepUp),
  /** Permissions that no row of the table names: an own route needs them. */
  scopes: Type.Optional(Type.Array(Type.String())),
})
export type SignInDemand = Static<typeof SignInDemand>

const lifetimeMs = 10 * 60_000
const prefix = `${recordKinds.claims}:`

/**
 * What the next sign-in of a session must ask for: claims that Entra or an API wants fulfilled, a step-up,
 * or permissions. The browser carries only the handle of a demand, so the browser cannot change the demand.
 */
export class SignInDemands {
  readonly #records: Records<typeof SignInDemand>

  constructor(vault: Vault) {
    this.#records = new Records(vault, { kind: recordKinds.claims, schema: SignInDemand })
  }

  /**
   * Keeps a demand for ten minutes. The same demand of the same session is one record.
   * @returns the handle of the demand
   */
  async keep(sessionName: string, demand: SignInDemand): Promise<string> {
    const name = this.#records.nameOf(`${sessionName} ${JSON.stringify(demand)}`)
    await this.#records.put(name, demand, Date.now() + lifetimeMs)
    return name.slice(prefix.length)
  }

  async find(handle: string): Promise<SignInDemand | undefined> {
    return (await this.#records.read(prefix + handle))?.value
  }

  /** Forgets a demand that a sign-in has fulfilled. */
  remove(handle: string): Promise<void> {
    return this.#records.delete(prefix + handle)
  }
}
