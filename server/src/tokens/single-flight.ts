/** Work that many ask for at once and that is done once; within a group, one at a time. */
export class Flights<T> {
  readonly #running = new Map<string, Promise<T>>()
  readonly #lastOfGroup = new Map<string, Promise<unknown>>()

  /** Everybody who asks for the same name meanwhile shares the outcome, a failure too. */
  run(group: string, name: string, work: () => Promise<T>): Promise<T> {
    const key = `${group} ${name}`
    return this.#running.get(key) ?? this.#start(group, key, work)
  }

  #start(group: string, key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lastOfGroup.get(group) ?? Promise.resolve()
    const flight = before.then(work)
    const landed = flight
      .catch(() => undefined)
      .then(() => {
        this.#running.delete(key)
        if (this.#lastOfGroup.get(group) === landed) this.#lastOfGroup.delete(group)
      })
    this.#running.set(key, flight)
    this.#lastOfGroup.set(group, landed)
    return flight
  }
}
