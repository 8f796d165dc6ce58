/** Runs work once for all who ask for it at the same time. Work of one group runs in sequence. */
export class SingleFlight<T> {
  readonly #running = new Map<string, Promise<T>>()
  readonly #lastOfGroup = new Map<string, Promise<unknown>>()

  /** @returns the outcome of the work of this name; the same outcome, or failure, for all who ask meanwhile */
  run(group: string, name: string, work: () => Promise<T>): Promise<T> {
    const id = `${group} ${name}`
    return this.#running.get(id) ?? this.#start(group, id, work)
  }

  #start(group: string, id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lastOfGroup.get(group) ?? Promise.resolve()
    const running = before.then(work)
    const settled = running
      .catch(() => undefined)
      .then(() => {
        this.#running.delete(id)
        if (this.#lastOfGroup.get(group) === settled) this.#lastOfGroup.delete(group)
      })
    this.#running.set(id, running)
    this.#lastOfGroup.set(group, settled)
    return running
  }
}
