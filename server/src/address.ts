import { type BlockList, isIP } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'

/** The client's address. `unknown` when the client has gone, or when a trusted proxy wrote something else, which is not repeated. */
export function addressOf({ ip }: FastifyRequest): string {
  const address = plainAddress(ip)
  return isIP(address) === 0 ? 'unknown' : address
}

/** Fastify's `trustProxy`: whether `X-Forwarded-*` counts that comes from this address. */
export function trusts(proxies: BlockList): (address: string) => boolean {
  return (text) => {
    const address = plainAddress(text)
    const version = isIP(address)
    return version !== 0 && proxies.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/**
 * Without a port, which Azure Application Gateway and others add: `203.0.113.7:4711`,
 * `[2001:db8::1]:4711`. An IPv4 address in IPv6 notation becomes IPv4.
 */
function plainAddress(text: string | undefined): string {
  // Node knows no address of a connection that was reset, whatever its types say.
  if (text === undefined) return ''
  const [, v4, v6] = /^(?:([\d.]+):\d{1,5}|\[([\da-f.:]+)\](?::\d{1,5})?)$/i.exec(text) ?? []
  return (v4 ?? v6 ?? text).replace(/^::ffff:(?=[\d.]+$)/i, '')
}

/** What one customer of a provider gets at most (RFC 6177). */
export const customerPrefix = 48

/** The IPv6 network that a caller's address lies in; an IPv4 address stands for itself. */
export function networkOf(request: FastifyRequest, ipv6Prefix: number): string {
  return normalizeIP(addressOf(request), ipv6Prefix)
}
