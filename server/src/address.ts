import { type BlockList, isIP } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'

/**
 * The client's address. It is `unknown` when the connection was reset, or when a trusted proxy sent
 * something other than an address: such text is never logged.
 */
export function addressOf({ ip }: FastifyRequest): string {
  const address = plainAddress(ip)
  return isIP(address) === 0 ? 'unknown' : address
}

/** The address at the other end of the connection: a proxy's, if there is one. */
export function peerOf({ socket }: FastifyRequest): string {
  return plainAddress(socket.remoteAddress)
}

/** Makes Fastify's `trustProxy` function: true for addresses whose `X-Forwarded-*` headers count. */
export function trusts(proxies: BlockList): (address: string) => boolean {
  return (text) => {
    const address = plainAddress(text)
    const version = isIP(address)
    return version !== 0 && proxies.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/**
 * Removes a port, which Azure Application Gateway and others add: `203.0.113.7:4711`,
 * `[2001:db8::1]:4711`. Turns an IPv4 address in IPv6 notation into IPv4.
 */
function plainAddress(text: string | undefined): string {
  // The types of Node promise a text, but the address of a reset connection is undefined.
  if (text === undefined) return ''
  const [, v4, v6] = /^(?:([\d.]+):\d{1,5}|\[([\da-f.:]+)\](?::\d{1,5})?)$/i.exec(text) ?? []
  return (v4 ?? v6 ?? text).replace(/^::ffff:(?=[\d.]+$)/i, '')
}

/** Bits of the prefix of the widest IPv6 network that one customer gets (RFC 6177). */
export const customerPrefix = 48

/** The IPv6 network of a client's address, of so many bits; an IPv4 address stays as it is. */
export function networkOf(request: FastifyRequest, ipv6Prefix: number): string {
  return normalizeIP(addressOf(request), ipv6Prefix)
}
