import { includesEndpoint, type EndpointName } from '../endpoint-names.ts'

export interface EntraFault {
  error: string
  aadsts?: number
  suberror?: string
  claims?: string
  description?: string
}

/** How an endpoint fails. A fault with `delayMs` alone slows the endpoint and changes nothing else. */
export interface Fault {
  status?: number
  /** An object is sent as JSON, a string as text/html. */
  body?: unknown
  headers?: Record<string, string>
  /** The `Retry-After` header: seconds, or an HTTP date. */
  retryAfter?: number | string
  delayMs?: number
  /** Destroys the socket instead of answering. */
  reset?: true
  /** Never answers. The emulator's `close()` ends the request. */
  hang?: true
  /** An error in Entra's format. The endpoint `authorize` sends the error to the redirect URI. */
  entraError?: EntraFault
}

interface PlannedFault {
  endpoint: EndpointName
  fault: Fault
  remaining: number
}

/** Planned faults. An endpoint takes its faults in the order of planning. */
export class FaultPlan {
  #planned: PlannedFault[] = []

  add(endpoint: EndpointName, fault: Fault, times: number): void {
    this.#planned.push({ endpoint, fault, remaining: times })
  }

  clear(): void {
    this.#planned = []
  }

  take(endpoint: EndpointName): Fault | undefined {
    const next = this.#planned.find((planned) => includesEndpoint(planned.endpoint, endpoint))
    if (!next) return undefined
    next.remaining -= 1
    if (next.remaining <= 0) this.#planned = this.#planned.filter((planned) => planned !== next)
    return next.fault
  }
}
