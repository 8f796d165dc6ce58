/** While other processes announce ends, one of so many checks looks at the session all the same. */
const checksPerLook = 15

/** The last look at a session that pages watch. It says when the next one is due. */
export class Look {
  readonly #subscription: number | undefined
  readonly #next: number
  #checks = 0

  /**
   * @param subscription of the announcements, read before the look
   * @param next when the session changes by itself at the earliest: milliseconds since the epoch
   */
  constructor(subscription: number | undefined, next: number) {
    this.#subscription = subscription
    this.#next = next
  }

  /**
   * To be asked at each check.
   * @param subscription of the announcements now: after a gap, an end may not have been heard
   */
  isOutdated(subscription: number | undefined): boolean {
    this.#checks += 1
    if (subscription === undefined || subscription !== this.#subscription) return true
    return this.#checks >= checksPerLook || Date.now() >= this.#next
  }
}
