import type { SettingsReader } from './reader.ts'

/** The proxy for requests to Entra and the APIs. */
export interface ProxySettings {
  /** URL of a proxy that takes CONNECT (RFC 9110 section 9.3.6). Undefined: no proxy. */
  httpsProxy: string | undefined
  /** Hosts to reach without the proxy, separated by commas. `*` means all hosts. */
  noProxy: string
}

/** HTTP_PROXY is not read: plain http never leaves this machine (see `isPrivateTransport`). */
export function readProxySettings(reader: SettingsReader): ProxySettings {
  const httpsProxy = reader.text('HTTPS_PROXY')
  if (httpsProxy !== undefined && !isProxy(httpsProxy)) {
    reader.problem(
      'HTTPS_PROXY',
      'must be the URL of a proxy, such as http://proxy.example.com:8080',
    )
  }
  return { httpsProxy, noProxy: reader.text('NO_PROXY') ?? '' }
}

function isProxy(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
