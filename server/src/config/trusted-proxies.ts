import { BlockList, isIP } from 'node:net'
import type { SettingsReader } from './reader.ts'

const namedRanges = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
])
const howToName =
  'must be false, or the addresses of the proxies, such as 10.0.0.0/8, loopback, linklocal or uniquelocal'

/** @returns the proxies whose `X-Forwarded-*` headers count; undefined: nobody's do */
export function readTrustProxy(reader: SettingsReader): BlockList | undefined {
  const value = reader.text('TRUST_PROXY') ?? 'false'
  if (value === 'false') return undefined
  if (value === 'true') {
    reader.problem('TRUST_PROXY', `${howToName}; with true, callers could choose their address`)
    return undefined
  }
  const proxies = new BlockList()
  for (const part of value.split(',').map((text) => text.trim())) {
    for (const range of namedRanges.get(part) ?? [part]) {
      if (!addRange(proxies, range)) reader.problem('TRUST_PROXY', `${howToName}; not "${range}"`)
    }
  }
  return proxies
}

/** @returns false when it is not an address or a network, or a network of everybody */
function addRange(proxies: BlockList, range: string): boolean {
  const [, address = '', bits] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(range) ?? []
  const version = isIP(address)
  if (version === 0) return false
  const length = Number(bits ?? (version === 4 ? 32 : 128))
  if (length < 1 || length > (version === 4 ? 32 : 128)) return false
  proxies.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  return true
}
