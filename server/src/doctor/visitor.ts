import type { IncomingHttpHeaders } from 'node:http'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { Outbound } from '../outbound/outbound.ts'

export interface Visit {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

const limits = {
  connect: { timeout: 5_000 },
  headersTimeout: 8_000,
  bodyTimeout: 8_000,
  maxResponseSize: 4 * 1024 * 1024,
}
const deadlineMs = 10_000

/** Gets pages. Redirects are not followed: where they lead is what the doctor wants to see. */
export class Visitor {
  readonly #outbound: Outbound
  /** What `networkTrouble` needs to know. */
  readonly proxy: ProxySettings

  constructor(proxy: ProxySettings) {
    this.#outbound = new Outbound(limits, proxy)
    this.proxy = proxy
  }

  /** @throws errors of undici and of the network */
  async get(url: string, headers: Record<string, string> = {}): Promise<Visit> {
    const { origin, pathname, search } = new URL(url)
    const request = { origin, path: pathname + search, method: 'GET' as const, headers }
    const { body, ...answer } = await this.#outbound.send(request, deadlineMs)
    return { ...answer, text: body.toString() }
  }

  close(): Promise<void> {
    return this.#outbound.close()
  }
}
