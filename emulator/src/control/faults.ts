import { covers, type EndpointName } from './request-log.ts'

export interface EntraFault {
  error: string
  aadsts?: number
  suberror?: string
  claims?: string
  description?: string
}

/** What goes wrong on purpose. A fault with only `delayMs` answers late, but properly. */
export interface Fault {
  status?: number
  /** An object is sent as JSON, a string as text/html. */
  body?: unknown
  headers?: Record<string, string>
  /** Seconds, or an HTTP date. */
  retryAfter?: number | string
  delayMs?: number
  /** Destroys the socket instead of answering. */
  reset?: true
  /** Never answers; `close()` ends it. */
  hang?: true
  /** An error as Entra words it; at `authorize` it is sent back to the client. */
  entraError?: EntraFault
}

interface Planned {
  endpoint: EndpointName
  fault: Fault
  left: number
}

/** Faults waiting for their request, taken in the order they were planned. */
export class FaultPlan {
  #planned: Planned[] = []

  add(endpoint: EndpointName, fault: Fault, times: number): void {
    this.#planned.push({ endpoint, fault, left: times })
  }

  take(endpoint: EndpointName): Fault | undefined {
    const next = this.#planned.find((planned) => covers(planned.endpoint, endpoint))
    if (!next) return undefined
    next.left -= 1
    if (next.left <= 0) this.#planned = this.#planned.filter((planned) => planned !== next)
    return next.fault
  }
}
