import type { IncomingHttpHeaders } from 'node:http'
import { includesEndpoint, type EndpointName } from '../endpoint-names.ts'
import type { Exchange } from '../http/exchange.ts'

/** One request that reached an endpoint. A request that a fault answers is recorded, too. */
export interface RecordedRequest {
  endpoint: EndpointName
  method: string
  path: string
  query: Record<string, string>
  form: Record<string, string>
  /** The body of a POST or PATCH. */
  body: string
  headers: IncomingHttpHeaders
}

/** The log drops its oldest request above this number: an emulator may run for weeks. */
const maxRequests = 10_000

export class RequestLog {
  #requests: RecordedRequest[] = []

  add(endpoint: EndpointName, { method, path, query, form, body, req }: Exchange): void {
    if (this.#requests.length >= maxRequests) this.#requests.shift()
    this.#requests.push({
      endpoint,
      method,
      path,
      query: Object.fromEntries(query),
      form: Object.fromEntries(form),
      body,
      headers: req.headers,
    })
  }

  of(name?: EndpointName): RecordedRequest[] {
    return this.#requests.filter(({ endpoint }) => !name || includesEndpoint(name, endpoint))
  }

  clear(): void {
    this.#requests = []
  }
}
