import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'

/** The connections that a proxy keeps open to a server. */
export class KeptConnections {
  /** Requests on a connection in use that got no answer. */
  readonly failures: unknown[] = []
  /** Answers after which the server closes the connection. */
  farewells = 0
  readonly #origin: string
  readonly #agent: http.Agent

  constructor(origin: string, count: number) {
    this.#origin = origin
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: count })
  }

  /** @returns the body of the answer */
  async ask(method: string, path: string): Promise<string> {
    const options = { method, agent: this.#agent, headers: { 'x-csrf': '1' } }
    const asked = http.request(`${this.#origin}${path}`, options).end()
    try {
      const [answer] = (await once(asked, 'response')) as [http.IncomingMessage]
      if (answer.headers.connection === 'close') this.farewells += 1
      return await text(answer)
    } catch (error) {
      const { code } = error as { code?: string }
      // The kernel resets a new connection that nobody has accepted when listening ends.
      if (code !== 'ECONNREFUSED' && asked.reusedSocket) this.failures.push(code ?? error)
      throw error
    }
  }

  /** Sends one request after the other. */
  async untilNobodyListens(send: () => Promise<unknown>): Promise<void> {
    for (;;) {
      const error: unknown = await send().catch((reason: unknown) => reason)
      if ((error as { code?: string } | undefined)?.code === 'ECONNREFUSED') return
    }
  }

  close(): void {
    this.#agent.destroy()
  }
}
