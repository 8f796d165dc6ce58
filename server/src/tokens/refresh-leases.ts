import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { recordKinds } from '../store/record-kinds.ts'
import type { Vault } from '../store/vault.ts'

/** How long a killed process holds the others up. */
const leaseMs = 5_000
/** While it works, a process makes its lease last longer. */
const extendEveryMs = 1_500
/** A read of the store, a token request and a write, each at its deadline, take less. */
const maxWaitMs = 15_000
/** About so long a process pauses between two looks at what another one has done. */
const lookEveryMs = 100

/** Over for every clock, also one that is set back. */
const longAgo = 0

interface Refresh<T> {
  /**
   * Finds the outcome of another process, so that no work is left to do.
   * @param isElsewhere whether another process is at work
   */
  look: (isElsewhere: boolean) => Promise<T | undefined>
  work: () => Promise<T>
}

/**
 * Lets one process at a time refresh the tokens of a session, of all that share the store. When that
 * process is killed, another one goes on after its lease.
 */
export class RefreshLeases {
  readonly #vault: Vault

  constructor(vault: Vault) {
    this.#vault = vault
  }

  /**
   * Works once it has the lease, unless the outcome of another process serves.
   * @param claims those of a claims challenge: a refresh without them does not answer the challenge
   */
  async run<T>(
    sessionName: string,
    claims: string | undefined,
    { look, work }: Refresh<T>,
  ): Promise<T> {
    const name = this.#vault.names.of(recordKinds.refreshLease, `${sessionName} ${claims ?? ''}`)
    const owner = randomBytes(16)
    // Where the clock of a killed process was ahead, its lease seems to last longer.
    const giveUpAt = performance.now() + maxWaitMs
    while (!(await this.#take(name, owner)) && performance.now() < giveUpAt) {
      const outcome = await look(true)
      if (outcome !== undefined) return outcome
      await setTimeout(lookEveryMs * (0.75 + Math.random() / 2))
    }
    const extending = setInterval(() => void this.#extend(name, owner), extendEveryMs).unref()
    try {
      // The last holder may have finished just before this lease began.
      return (await look(false)) ?? (await work())
    } finally {
      clearInterval(extending)
      await this.#replace(name, owner, longAgo)
    }
  }

  #take(name: string, owner: Uint8Array): Promise<boolean> {
    return this.#vault.store.swap(name, undefined, owner, Date.now() + leaseMs)
  }

  #extend(name: string, owner: Uint8Array): Promise<void> {
    return this.#replace(name, owner, Date.now() + leaseMs)
  }

  /** Only the owner can. A failure is harmless: the lease ends by itself. */
  async #replace(name: string, owner: Uint8Array, expiresAt: number): Promise<void> {
    await this.#vault.store.swap(name, owner, owner, expiresAt).catch(() => undefined)
  }
}
