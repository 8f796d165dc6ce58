import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Dispatcher, request } from 'undici'

interface Answer {
  status: number
  headers: Dispatcher.ResponseData['headers']
}

export function without(headers: Answer['headers'], name: string): Answer['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name))
}

/** A proxy in front of the server, which a test makes change requests and answers. */
export class ChangingProxy {
  /** Where the server listens. */
  target = ''
  /** Changes an answer before the client gets it. */
  change: (answer: Answer, path: string) => Answer = (answer) => answer
  /** Changes the headers of a request before the server gets them. */
  changeRequest: (headers: IncomingHttpHeaders) => IncomingHttpHeaders = (headers) => headers
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('request', ({ url = '', headers }, response) => {
      request(this.target + url, {
        headers: { ...this.changeRequest(headers), connection: undefined },
      })
        .then(async (answer) => {
          const content = await answer.body.text()
          const changed = this.change({ status: answer.statusCode, headers: answer.headers }, url)
          response.writeHead(changed.status, changed.headers).end(content)
        })
        .catch(() => response.destroy())
    })
  }

  static async open(): Promise<ChangingProxy> {
    const server = createServer().listen(0, 'localhost')
    await once(server, 'listening')
    return new ChangingProxy(server)
  }

  get origin(): string {
    return `http://localhost:${String((this.#server.address() as AddressInfo).port)}`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
