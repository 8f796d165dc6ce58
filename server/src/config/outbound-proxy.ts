import type { SettingsReader } from './reader.ts'

/** The way out to Entra and the APIs. */
export interface ProxySettings {
  /** URL of a proxy that takes CONNECT (RFC 9110 section 9.3.6); undefined: none. */
  httpsProxy: string | undefined
  /** Hosts that are reached without it, separated by commas; `*`: all. */
  noProxy: string
}

/** Plain http leaves this machine nowhere (see `isPrivateTransport`), so there is no HTTP_PROXY. */
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
