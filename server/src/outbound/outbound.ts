import type { Agent, Dispatcher } from 'undici'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { Exchange, type OutboundAnswer } from './exchange.ts'

/** How long the proxy may take to connect, in milliseconds. */
const connectMs = 5_000
const loopback = ['localhost', '127.0.0.1', '[::1]']

/**
 * Outgoing connections: through the configured proxy, except to this machine. undici is loaded for the
 * first request, because it is large and the start needs none of it.
 */
export class Outbound {
  readonly #limits: Agent.Options
  readonly #proxy: ProxySettings
  #dispatcher: Promise<Dispatcher> | undefined

  constructor(limits: Agent.Options, proxy: ProxySettings) {
    this.#limits = limits
    this.#proxy = proxy
  }

  dispatcher(): Promise<Dispatcher> {
    return (this.#dispatcher ??= open(this.#limits, this.#proxy))
  }

  /**
   * @param deadlineMs limits the whole exchange
   * @throws errors of undici and of the network, and `DeadlineError`
   */
  async send(request: Dispatcher.DispatchOptions, deadlineMs: number): Promise<OutboundAnswer> {
    return new Exchange(await this.dispatcher(), request, deadlineMs).answer
  }

  async close(): Promise<void> {
    const dispatcher = await this.#dispatcher?.catch(() => undefined)
    await dispatcher?.destroy()
  }
}

async function open(
  limits: Agent.Options,
  { httpsProxy, noProxy }: ProxySettings,
): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent, Pool } = await import('undici')
  if (httpsProxy === undefined || noProxy === '*') return new Agent(limits)
  return new EnvHttpProxyAgent({
    ...limits,
    // By default, a proxy that does not answer CONNECT holds all requests to a host for five minutes.
    clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: connectMs }),
    // Without this text, the agent would read HTTP_PROXY from the environment.
    httpProxy: '',
    httpsProxy,
    noProxy: [...loopback, noProxy].join(),
  })
}
