import { BlockList, isIP } from 'node:net'
import type { SettingsReader } from './reader.ts'

const namedRanges = new Map([
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['linklocal', ['169.254.0.0/16', 'fe80::/10']],
  ['uniquelocal', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
])
const valueRule =
  'must be false, or the addresses of the proxies, such as 10.0.0.0/8, loopback, linklocal or uniquelocal'

/** @returns the proxies whose `X-Forwarded-*` headers count; undefined when there are none */
export function readTrustProxy(reader: SettingsReader): BlockList | undefined {
  const value = reader.text('TRUST_PROXY') ?? 'false'
  if (value === 'false') return undefined
  if (value === 'true') {
    reader.problem('TRUST_PROXY', `${valueRule}; with true, callers could choose their address`)
    return undefined
  }
  const proxies = new BlockList()
  for (const part of value.split(',').map((text) => text.trim())) {
    for (const range of namedRanges.get(part) ?? [part]) {
      if (!addRange(proxies, range)) reader.problem('TRUST_PROXY', `${valueRule}; not "${range}"`)
    }
  }
  return proxies
}

/** @returns false when `range` is no address or network, or is the network of all addresses */
function addRange(proxies: BlockList, range: string): boolean {
  const [, address = '', bits] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(range) ?? []
  const version = isIP(address)
  if (version === 0) return false
  const prefixBits = Number(bits ?? (version === 4 ? 32 : 128))
  if (prefixBits < 1 || prefixBits > (version === 4 ? 32 : 128)) return false
  proxies.addSubnet(address, prefixBits, version === 4 ? 'ipv4' : 'ipv6')
  return true
}
