import type { Agent, Dispatcher } from 'undici'
import type { ProxySettings } from './config/outbound-proxy.ts'

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

  async close(): Promise<void> {
    const dispatcher = await this.#dispatcher?.catch(() => undefined)
    await dispatcher?.destroy()
  }
}

async function open(
  limits: Agent.Options,
  { httpsProxy, noProxy }: ProxySettings,
): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici')
  if (httpsProxy === undefined || noProxy === '*') return new Agent(limits)
  return new EnvHttpProxyAgent({
    ...limits,
    // Without this text, the agent would read HTTP_PROXY from the environment.
    httpProxy: '',
    httpsProxy,
    noProxy: [...loopback, noProxy].join(),
  })
}
