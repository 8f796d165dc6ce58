import { setTimeout as after } from 'node:timers/promises'
import type { Agent } from 'undici'
import { get, type Person } from './person.ts'
import { Tally } from './tally.ts'

/** One of so many requests calls the API; the others read the session. */
const callEvery = 5
/** A client that was turned away waits so long before the next request. */
const pauseMs = 20
const comeAgain = new Set([429, 502, 503, 504])

export interface LoadOptions {
  people: readonly Person[]
  /** The address of the next request. */
  address: () => string
  agent: Agent
  /** Whether the people also call the API. */
  calls: boolean
}

/** Each person sends one request after another, until `stop`. */
export class Load {
  readonly tally = new Tally()
  readonly #options: LoadOptions
  readonly #running: Promise<void>
  #hasStopped = false

  constructor(options: LoadOptions) {
    this.#options = options
    this.#running = Promise.all(options.people.map((person) => this.#use(person))).then(
      () => undefined,
    )
  }

  async stop(): Promise<Tally> {
    this.#hasStopped = true
    await this.#running
    return this.tally
  }

  async #use(person: Person): Promise<void> {
    for (let count = 0; !this.#hasStopped; count += 1) {
      const path = this.#options.calls && (count + 1) % callEvery === 0 ? '/api/me' : '/api/session'
      if (!(await this.#ask(path, person))) await after(pauseMs)
    }
  }

  /** @returns whether an answer came as it must be */
  async #ask(path: string, person: Person): Promise<boolean> {
    const { tally } = this
    const { address, agent } = this.#options
    tally.sent += 1
    try {
      const { status, json } = await get(address(), path, person, agent)
      if (status === 200 && belongsTo(json, person)) {
        tally.answered += 1
        return true
      }
      if (comeAgain.has(status)) tally.refused += 1
      else tally.addWrong(`${path} for ${person.username}: ${String(status)} ${told(json)}`)
    } catch (error) {
      if (isUnreached(error)) tally.unreached += 1
      else tally.broken += 1
    }
    return false
  }
}

function belongsTo(json: unknown, { username }: Person): boolean {
  const { userPrincipalName, user } = (json ?? {}) as {
    userPrincipalName?: string
    user?: { username: string }
  }
  return (userPrincipalName ?? user?.username) === username
}

function told(json: unknown): string {
  return json === undefined ? 'no JSON' : JSON.stringify(json).slice(0, 200)
}

function isUnreached(error: unknown): boolean {
  const all: unknown[] = error instanceof AggregateError ? error.errors : [error]
  return all.some((each) => {
    const { code } = each as NodeJS.ErrnoException
    return code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT'
  })
}
