import type { NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import type { Dispatcher } from 'undici'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { parseObject } from '../json.ts'
import { Outbound } from '../outbound.ts'
import { secondsOf } from '../retry-after.ts'
import { IdentityProviderUnreachable } from './unreachable.ts'

const limits = {
  connect: { timeout: 5_000 },
  headersTimeout: 8_000,
  bodyTimeout: 8_000,
  maxResponseSize: 1024 * 1024,
  keepAliveTimeout: 30_000,
}
/** Limits a whole request, even when its bytes come slowly. */
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
      const signal = AbortSignal.timeout(deadlineMs)
      const dispatcher = await this.#outbound.dispatcher()
      const { origin, pathname, search } = new URL(url)
      const path = pathname + search
      const answer = await dispatcher.request({ origin, path, method, headers, body, signal })
      return await readAnswer<T>(answer)
    } catch (error) {
      if (error instanceof IdentityProviderUnreachable) throw error
      throw new IdentityProviderUnreachable(`${method} ${pathOf(url)} failed`, { cause: error })
    }
  }
}

async function readAnswer<T>(answer: Dispatcher.ResponseData): Promise<NetworkResponse<T>> {
  const text = await answer.body.text()
  const status = answer.statusCode
  if (status >= 500 || status === 429) {
    const retryAfterSeconds = secondsOf(answer.headers['retry-after'])
    throw new IdentityProviderUnreachable(`answered ${String(status)}`, { retryAfterSeconds })
  }
  const body = parseObject(text)
  if (!body) throw new IdentityProviderUnreachable(`answered ${String(status)} without an object`)
  return { status, body: body as T, headers: singleValues(answer.headers) }
}

function singleValues(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function pathOf(url: string): string {
  return new URL(url).pathname
}
