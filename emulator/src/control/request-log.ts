import type { IncomingHttpHeaders } from 'node:http'

export type EndpointName =
  | 'discovery'
  | 'keys'
  | 'authorize'
  | 'token'
  | 'devicecode'
  | 'logout'
  | 'userinfo'
  | 'graph'
  | 'me'
  | 'photo'
  | 'events'
  | 'memberOf'

/** One call that reached the emulator, faults included. */
export interface RecordedRequest {
  endpoint: EndpointName
  method: string
  path: string
  query: Record<string, string>
  form: Record<string, string>
  headers: IncomingHttpHeaders
}

const graphParts: readonly EndpointName[] = ['me', 'photo', 'events', 'memberOf']

/** Whether a name covers an endpoint: `graph` stands for every Graph resource. */
export function covers(name: EndpointName, endpoint: EndpointName): boolean {
  return name === endpoint || (name === 'graph' && graphParts.includes(endpoint))
}

/** More than any test looks at; an emulator may run for weeks. */
const kept = 10_000

export class RequestLog {
  #requests: RecordedRequest[] = []

  add(request: RecordedRequest): void {
    if (this.#requests.length >= kept) this.#requests.shift()
    this.#requests.push(request)
  }

  of(endpoint?: EndpointName): RecordedRequest[] {
    return this.#requests.filter((request) => !endpoint || covers(endpoint, request.endpoint))
  }

  clear(): void {
    this.#requests = []
  }
}
