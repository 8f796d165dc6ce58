import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import type { ProxySettings } from './config/outbound-proxy.ts'

const loopback = ['localhost', '127.0.0.1', '[::1]']

/** Opens outgoing connections: through the configured proxy, except to this machine. */
export function outboundAgent(
  limits: Agent.Options,
  { httpsProxy, noProxy }: ProxySettings,
): Dispatcher {
  if (httpsProxy === undefined || noProxy === '*') return new Agent(limits)
  return new EnvHttpProxyAgent({
    ...limits,
    // Without this text, the agent would read HTTP_PROXY from the environment.
    httpProxy: '',
    httpsProxy,
    noProxy: [...loopback, noProxy].join(),
  })
}
