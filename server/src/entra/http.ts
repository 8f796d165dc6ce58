import type { NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { parseObject } from '../json.ts'
import type { OutboundAnswer } from '../outbound/exchange.ts'
import { Outbound } from '../outbound/outbound.ts'
import { secondsOf } from '../retry-after.ts'
import { IdentityProviderUnreachable } from './unreachable.ts'

const limits = {
  connect: { timeout: 5_000 },
  headersTimeout: 8_000,
  bodyTimeout: 8_000,
  maxResponseSize: 1024 * 1024,
  keepAliveTimeout: 30_000,
}
const deadlineMs = 10_000

/** The connections to Entra. Redirects are never followed. */
export class EntraHttp {
  readonly #outbound: Outbound

  constructor(proxy: ProxySettings) {
    this.#outbound = new Outbound(limits, proxy)
  }

  /** Loads what the first request needs. */
  async prepare(): Promise<void> {
    await this.#outbound.dispatcher()
  }

  /** @throws {IdentityProviderUnreachable} when the answer is not a JSON object with status 200 */
  async getJson(url: string): Promise<Record<string, unknown>> {
    const { status, body } = await this.send<Record<string, unknown>>('GET', url)
    if (status !== 200) throw new IdentityProviderUnreachable(`${url} answered ${String(status)}`)
    return body
  }

  /** @returns the JSON object, whatever the status @throws {IdentityProviderUnreachable} */
  async postForm(url: string, form: Record<string, string>): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(form).toString()
    return (await this.send<Record<string, unknown>>('POST', url, { headers, body })).body
  }

  close(): Promise<void> {
    return this.#outbound.close()
  }

  /** @returns the JSON object, whatever the status @throws {IdentityProviderUnreachable} */
  async send<T>(
    method: 'GET' | 'POST',
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    try {
      const { headers = {}, body = null } = options
      const { origin, pathname, search } = new URL(url)
      const request = { origin, path: pathname + search, method, headers, body }
      return readAnswer<T>(await this.#outbound.send(request, deadlineMs))
    } catch (error) {
      if (error instanceof IdentityProviderUnreachable) throw error
      throw new IdentityProviderUnreachable(`${method} ${pathOf(url)} failed`, { cause: error })
    }
  }
}

function readAnswer<T>({ status, headers, body }: OutboundAnswer): NetworkResponse<T> {
  if (status >= 500 || status === 429) {
    const retryAfterSeconds = secondsOf(headers['retry-after'])
    throw new IdentityProviderUnreachable(`answered ${String(status)}`, { retryAfterSeconds })
  }
  const object = parseObject(body.toString())
  if (!object) throw new IdentityProviderUnreachable(`answered ${String(status)} without an object`)
  return { status, body: object as T, headers: singleValues(headers) }
}

function singleValues(headers: OutboundAnswer['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function pathOf(url: string): string {
  return new URL(url).pathname
}
