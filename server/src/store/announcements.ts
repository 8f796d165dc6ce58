/**
 * Tells the processes that share a store what one of them has changed. A word can be lost, and
 * everybody who can write to the store can send one: it is a reason to look, and proves nothing.
 */
export interface Announcements {
  /** Tells all processes the name of a record. Does not wait, and never fails. */
  announce(name: string): void

  /** @param listener gets the names that processes announce, this one too @returns removes it */
  listen(listener: (name: string) => void): () => void

  /**
   * The number of the subscription that is heard; undefined while none is. After a gap in which
   * announcements can have been lost, it is another number.
   */
  readonly subscription: number | undefined
}
