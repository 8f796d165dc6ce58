import { randomUUID } from 'node:crypto'
import type { Proof } from '../browser-sessions.ts'

/** A Conditional Access policy. It applies to all users (Microsoft, "Conditional Access: Grant"). */
export interface ConditionalAccessPolicy {
  /**
   * What it protects: `graph`, an app by its client id, or an authentication context such as `c1`. An
   * app is protected when it signs users in, and when a token is for its API.
   */
  target: string
  /** `mfa` and `enroll` demand a second factor; `enroll` says that the user has none yet. */
  grant: 'mfa' | 'enroll' | 'block'
}

/** A policy with the id that claims name it by (`capolids`). */
export interface AppliedPolicy extends ConditionalAccessPolicy {
  id: string
}

/** The Conditional Access policies. A context without a policy is satisfied by every sign-in. */
export class Policies {
  #policies: AppliedPolicy[] = []

  set(policies: readonly ConditionalAccessPolicy[]): void {
    this.#policies = policies.map((policy) => ({ ...policy, id: randomUUID() }))
  }

  /**
   * A policy that a sign-in does not meet.
   *
   * @param targets - what the request touches: targets or ids of policies
   */
  unmet(targets: readonly string[], { mfa }: Proof): AppliedPolicy | undefined {
    const applied = this.#policies.filter(
      ({ id, target }) => targets.includes(target) || targets.includes(id),
    )
    return applied.find(({ grant }) => grant === 'block') ?? (mfa ? undefined : applied[0])
  }

  /**
   * The authentication contexts that a sign-in satisfies, of those asked for and, for an app that
   * registers `acrs`, of those that have a policy (Microsoft, "Developer guide to Conditional Access
   * authentication context").
   */
  satisfied(asked: readonly string[], proof: Proof, isRegistered: boolean): string[] {
    const own = this.#policies.map(({ target }) => target).filter((target) => /^c\d+$/.test(target))
    const contexts = new Set([...asked, ...(isRegistered ? own : [])])
    return [...contexts].filter((context) => !this.unmet([context], proof))
  }
}
