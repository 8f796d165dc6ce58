/** What became of the requests of a load. */
export class Tally {
  sent = 0
  /** Answers as they must be. */
  answered = 0
  /** Problem answers that ask the client to come again: 429, 502, 503 and 504. */
  refused = 0
  /** Requests that reached no server, because none listened. */
  unreached = 0
  /** Connections that closed before the answer. */
  broken = 0
  /** Answers that must never come, such as a session of somebody else. The first ones are told. */
  readonly wrong: string[] = []
  #wrongCount = 0

  get wrongCount(): number {
    return this.#wrongCount
  }

  addWrong(what: string): void {
    this.#wrongCount += 1
    if (this.wrong.length < maxTold) this.wrong.push(what)
  }
}

const maxTold = 5
