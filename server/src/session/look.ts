/** While other processes announce ends, one of so many checks looks at the session all the same. */
const checksPerLook = 15

/** The last look at a session that pages watch. It says when the next one is due. */
export class Look {
  readonly #streak: number | undefined
  readonly #next: number
  #checks = 0

  /**
   * @param streak of the announcements, read before the look
   * @param next when the session changes by itself at the earliest: milliseconds since the epoch
   */
  constructor(streak: number | undefined, next: number) {
    this.#streak = streak
    this.#next = next
  }

  /**
   * To be asked at each check.
   * @param streak of the announcements now: after a gap, an end may not have been heard
   */
  isOutdated(streak: number | undefined): boolean {
    this.#checks += 1
    if (streak === undefined || streak !== this.#streak) return true
    return this.#checks >= checksPerLook || Date.now() >= this.#next
  }
}
