import type { SettingStatus } from '@entra-bff/shared'
import type { FastifyBaseLogger } from 'fastify'

type Claim = 'roles' | 'groups'

/** What the operator does in the Microsoft Entra admin center, so that ID tokens have the claim. */
const steps: Readonly<Record<Claim, string>> = {
  roles:
    'App registrations, this app, App roles: create it. Then Enterprise apps, this app, Users and groups: assign it',
  groups:
    'App registrations, this app, Token configuration, Add groups claim: choose the kind of the group, and Group ID for the ID token',
}

/** Entra leaves out `roles` for a person who has none, so the app registration may be right. */
function sentences(claim: Claim): string {
  return `No ID token so far has had "${claim}". If the app registration does not give it: ${steps[claim]}`
}

/**
 * Claims that routes ask for, and that no caller's ID token had since the start of this process. Such a
 * claim may be missing from the app registration, for which the Setup view and the log name it.
 */
export class ClaimGaps {
  readonly #log: Pick<FastifyBaseLogger, 'warn'>
  readonly #seen = new Set<Claim>()
  /** What a route asked for, by the claim. */
  readonly #gaps = new Map<Claim, string>()

  constructor(log: Pick<FastifyBaseLogger, 'warn'>) {
    this.#log = log
  }

  /**
   * To be called when a route asks for a claim.
   * @param isCarried whether the caller's ID token had the claim, with whatever value
   * @param needed the value that the route asks for
   */
  note(claim: Claim, isCarried: boolean, needed: string): void {
    if (this.#seen.has(claim)) return
    if (isCarried) {
      this.#seen.add(claim)
      this.#gaps.delete(claim)
    } else if (!this.#gaps.has(claim)) {
      this.#gaps.set(claim, needed)
      this.#log.warn({ claim, needed }, sentences(claim))
    }
  }

  /** For the Setup view. */
  readonly statuses = (): SettingStatus[] =>
    [...this.#gaps].map(([claim, needed]) => ({
      name: `claim ${claim}`,
      status: 'missing',
      detail: `A route asks for ${needed}. ${sentences(claim)}`,
    }))
}
