import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import type { ProxySettings } from './config/outbound-proxy.ts'

const loopback = ['localhost', '127.0.0.1', '[::1]']

/** The connections to one kind of server: through the proxy that is set, but on this machine. */
export function outboundAgent(
  limits: Agent.Options,
  { httpsProxy, noProxy }: ProxySettings,
): Dispatcher {
  if (httpsProxy === undefined || noProxy === '*') return new Agent(limits)
  return new EnvHttpProxyAgent({
    ...limits,
    // Not undefined: then the agent would read the environment by itself.
    httpProxy: '',
    httpsProxy,
    noProxy: [...loopback, noProxy].join(),
  })
}
