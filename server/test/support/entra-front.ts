import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Emulator } from '@entra-bff/emulator'
import { request as send } from 'undici'

/** What the token endpoint gave out; a member is absent where the answer was an error. */
interface IssuedTokens {
  access_token?: string
  refresh_token?: string
  id_token?: string
}

/** A request to the token endpoint, and the content of its answer. */
export interface Issue {
  request: URLSearchParams
  tokens: IssuedTokens
}

type AnswerTokens = (tokens: IssuedTokens) => object | Promise<object>
type AnswerMe = (accessToken: string) => object | undefined

/** Stands between the server and the emulator, to see and change the answers of Entra and Graph. */
export class EntraFront {
  readonly issues: Issue[] = []
  readonly #server: Server
  #emulator: Emulator | undefined
  /** Answers Graph's `/me`; where this returns undefined, the emulator answers. */
  answerMe: AnswerMe = () => undefined

  /** Changes the token answers of the emulator before the server gets them. */
  answerTokens: AnswerTokens = (tokens) => tokens

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (request, response) => {
      this.#handle(request, response)
    })
  }

  static async open(): Promise<EntraFront> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new EntraFront(server)
  }

  /** Options that make the emulator name this address as its own. */
  get options(): { publicUrl: string; graphUrl: string } {
    const url = `http://localhost:${String((this.#server.address() as AddressInfo).port)}`
    return { publicUrl: url, graphUrl: url }
  }

  standBefore(emulator: Emulator): void {
    this.#emulator = emulator
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split('?', 1)[0] ?? ''
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    const profile = path === '/v1.0/me' ? this.answerMe(token) : undefined
    if (path.endsWith('/token')) {
      this.#passOn(request, response).catch(() => response.destroy())
    } else if (profile === undefined) this.#emulator?.handler(request, response)
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(profile))
  }

  async #passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await text(request)
    const { 'content-type': type, 'client-request-id': id } = request.headers
    const answer = await send(`${this.#emulator?.url ?? ''}${request.url ?? ''}`, {
      method: 'POST',
      headers: { 'content-type': type, 'client-request-id': id },
      body: form,
    })
    const body = await answer.body.text()
    const answerType = String(answer.headers['content-type'])
    const isJson = answerType.includes('json')
    const tokens = isJson ? (JSON.parse(body) as IssuedTokens) : {}
    this.issues.push({ request: new URLSearchParams(form), tokens })
    const told = isJson ? JSON.stringify(await this.answerTokens(tokens)) : body
    response.writeHead(answer.statusCode, { 'content-type': answerType }).end(told)
  }
}
